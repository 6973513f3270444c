"""Promotions in preparation on a screen: what waits, and the buttons that decide it.

The use cases bring scikit-learn, which the first page must not wait for: each is imported by the click that needs it.
"""

from collections.abc import Callable

import streamlit as st
from sqlalchemy.orm import Session

from db.queries.drafts import drafts
from db.session import acknowledged, reading
from mms.domain.drafts import TRANSITIONS, DraftAction, PromotionDraft, require_action
from mms.domain.errors import Forbidden
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.projects import Project
from pages.parts.promote_later import date_choice
from pages.parts.session import real_now
from pages.parts.told import told


def promotion_drafts(member: Member, project: Project, *, model_id: int | None = None) -> None:
    """What waits in a project, or of one model; nothing where nothing waits."""
    with told(stop=False), reading() as session:
        for draft in drafts(session, project.id, model_id=model_id):
            draft_row(member, draft)


def draft_row(member: Member, draft: PromotionDraft) -> None:
    """One of them, in words, with what the member may do to it."""
    with st.container(border=True, key=f"promotion_draft_{draft.id}"):
        st.markdown(f":material/schedule: **{as_text(draft.words)}**. “{as_text(draft.reason)}”")
        actions = [action for action in _ACTS if _may(member, draft, action)]
        with st.container(horizontal=True, vertical_alignment="center"):
            for action in actions:
                _ACTS[action](member, draft)


def _may(member: Member, draft: PromotionDraft, action: DraftAction) -> bool:
    try:
        require_action(member, action, draft.drafted_by)
    except Forbidden:
        return False
    return draft.state in TRANSITIONS[action].before


def _publish(member: Member, draft: PromotionDraft) -> None:
    if st.button("Promote now", key=f"draft_publish_{draft.id}", help="By the rules of this moment."):
        from mms.usecases.drafts import publish_promotion
        from mms.usecases.openings import look_at_holdout

        with told(stop=False):
            with reading() as session:
                look = look_at_holdout(session, member, draft.model_id)
            _do(lambda session: publish_promotion(session, member, draft.id, real_now(), look))


def _schedule(member: Member, draft: PromotionDraft) -> None:
    with st.popover("Schedule…", key=f"draft_schedule_{draft.id}"):
        at = date_choice(f"draft_{draft.id}")
        if st.button("Schedule", key=f"draft_scheduled_{draft.id}"):
            from mms.usecases.drafts import schedule_promotion

            _do(lambda session: schedule_promotion(session, member, draft.id, at, real_now()))


def _refuse(member: Member, draft: PromotionDraft) -> None:
    with st.popover("Refuse…", key=f"draft_refuse_{draft.id}"):
        reason = st.text_input("Why not", key=f"draft_why_{draft.id}", max_chars=1000)
        if st.button("Refuse", key=f"draft_refused_{draft.id}"):
            from mms.usecases.drafts import refuse_promotion

            _do(lambda session: refuse_promotion(session, member, draft.id, reason, real_now()))


def _request(member: Member, draft: PromotionDraft) -> None:
    if st.button("Ask somebody", key=f"draft_request_{draft.id}", help="Ask those who may promote."):
        from mms.usecases.drafts import request_promotion

        _do(lambda session: request_promotion(session, member, draft.id))


def _withdraw(member: Member, draft: PromotionDraft) -> None:
    if st.button("Withdraw", key=f"draft_withdraw_{draft.id}", type="tertiary"):
        from mms.usecases.drafts import withdraw_promotion

        _do(lambda session: withdraw_promotion(session, member, draft.id, real_now()))


def _do(work: Callable[[Session], PromotionDraft]) -> None:
    """One use case; then the screen shows what became of it."""
    with told(stop=False):
        with acknowledged() as session:
            draft = work(session)
        st.toast(f"{as_text(draft.words)}.", icon=":material/check:")
        st.rerun()


_ACTS = {
    DraftAction.PUBLISH: _publish,
    DraftAction.SCHEDULE: _schedule,
    DraftAction.REFUSE: _refuse,
    DraftAction.REQUEST: _request,
    DraftAction.WITHDRAW: _withdraw,
}
