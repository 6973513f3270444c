"""Promote: the button, with the evidence beside it."""

import streamlit as st

from db.queries.openings import holdout_view
from db.queries.promotions import Advice, advice_for
from db.session import acknowledged, reading
from mms.domain.markdown import as_text
from mms.domain.members import Member, Permission
from mms.domain.models import ModelState, RankedModel
from mms.domain.projects import Project
from mms.domain.promotions import Seating
from mms.domain.scopes import SCOPES
from mms.domain.scores import METRICS
from mms.usecases.openings import look_at_holdout
from mms.usecases.promotions import promote
from pages.parts.dialogs import close_dialog, is_open, open_dialog
from pages.parts.holdout import holdout_words
from pages.parts.promote_later import When, prepare_button, when_choice
from pages.parts.session import real_now
from pages.parts.told import told

_SEEN = "promote_seen"


def advice_words(advice: Advice, model: RankedModel) -> str:
    """Evidence and verdict in words, in natural units."""
    evidence = advice.evidence
    if advice.champion and advice.champion.model.id == model.id:
        return "It is the champion already."
    advised = "Promote" if advice.verdict.promote else "Do not promote"
    if evidence is None or evidence.challenger is None:
        return f"{advised}: {advice.verdict.reason}."
    metric = METRICS[evidence.metric]
    own = f"{model.name} {metric.natural(evidence.challenger):.3f}"
    rows = f"{metric.label} on {evidence.rows:,} rows ({evidence.source})"
    if not evidence.rows:
        rows = f"{metric.label} on {evidence.source}"
    if evidence.champion is None or advice.champion is None:
        return f"{advised}: {advice.verdict.reason}. {rows}: {own}."
    seated = f"{advice.champion.model.name} {metric.natural(evidence.champion):.3f}"
    return f"{advised}: {advice.verdict.reason}. {rows}: {own}, champion {seated}."


def promote_button(member: Member, project: Project, model: RankedModel, *, key: str, primary: bool = True) -> None:
    """Open the dialog; who may not promote asks there."""
    may = member.may(Permission.PROMOTE)
    label = "Promote…" if may else "Ask to promote…"
    tip = "Now, or on a date, or ask another member." if may else "You may not promote: ask somebody who may."
    gone = model.state is ModelState.PURGED
    tip = "It was purged: fit it again, and promote that one." if gone else tip
    kind, name = "primary" if primary else "secondary", f"promote {model.id}"
    st.button(label, type=kind, key=key, help=tip, on_click=open_dialog, args=(name,), disabled=gone)
    if is_open(name):
        promote_dialog(member, project, model)


@st.dialog("Promote a model", width="medium", on_dismiss=close_dialog)
def promote_dialog(member: Member, project: Project, model: RankedModel) -> None:
    """Scope, evidence, verdict, reason, and when; against the advice is possible, and recorded."""
    scope = st.text_input("Scope", model.scope, help=SCOPES, key="promote_scope")
    advice: Advice | None = None
    with told(), reading() as session:
        advice = advice_for(session, model.id, scope)
        opened = holdout_words(holdout_view(session, model.id), METRICS[project.primary_metric])
    if advice is None:
        return
    champion = advice.champion
    st.markdown(
        f"**{model.name}** takes the seat of **{champion.model.name if champion else 'nobody'}** in '{as_text(scope)}'."
    )
    (st.success if advice.verdict.promote else st.warning)(advice_words(advice, model))
    if opened:
        st.info(opened, icon=":material/lock_open:")
    reason = st.text_area("Reason", key="promote_reason", placeholder="why, for those who come after", max_chars=1000)
    against = not advice.verdict.promote and st.checkbox("Promote against the advice (recorded)", key="promote_against")
    seating = Seating(model.id, reason, scope, against, st.session_state.get(_SEEN))
    when = when_choice(member)
    if when is not When.NOW:
        prepare_button(member, seating, when)
    elif st.button(
        "Promote", type="primary", key="promote_now", on_click=_remember, args=(champion.model.id if champion else 0,)
    ):
        with told(stop=False):
            with reading() as session:
                look = look_at_holdout(session, member, model.id)
            with acknowledged() as session:
                promote(session, member, seating, project.present(real_now()), look)
            st.toast(f"{model.name} answers in '{as_text(scope)}' now.", icon=":material/check:")
            close_dialog()
            st.rerun()
    if when is When.NOW:
        st.caption("It answers from the next question on. Undo it on the champions page.")


def _remember(champion: int) -> None:
    """In whose place the model was to sit, on the screen that was clicked: it may have changed since."""
    st.session_state[_SEEN] = champion
