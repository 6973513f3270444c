"""Champions: who answers in which scope, who seated it and why, now or as of a day."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import streamlit as st
from sqlalchemy.orm import Session

from db.queries.models import best_models, get_model
from db.queries.openings import holdout_view, openings_of_models
from db.queries.promotions import Champion, champions, promotions
from db.session import reading
from mms.domain.members import Member, Permission
from mms.domain.projects import Project
from mms.domain.promotions import Promotion
from mms.domain.scores import METRICS
from pages.parts.ageing_state import retired_section
from pages.parts.champion_table import seat_frame, seats_sentence
from pages.parts.dialogs import is_open, open_dialog
from pages.parts.formatting import time_column
from pages.parts.holdout import HOLDOUT, holdout_words
from pages.parts.model_lineage import promotion_frame
from pages.parts.new_version import refit_button
from pages.parts.project import chosen_project, link_query
from pages.parts.promote import promote_button
from pages.parts.promotion_drafts import promotion_drafts
from pages.parts.roll_back import roll_back_dialog
from pages.parts.session import FAR_BACK, current_member, real_now
from pages.parts.told import told

_AS_OF = "the end of that day, UTC; empty: now"


def render(member: Member) -> None:
    """The sentence, the seats, what one may do, the ledger."""
    st.title("Champions")
    project = chosen_project(member)
    if project is None:
        return
    present = project.present(real_now())
    first = st.empty()
    chosen = st.date_input(
        "As of", None, min_value=present.date() - FAR_BACK, key="as_of", bind="query-params", help=_AS_OF, width=260
    )
    with told(), reading() as session:
        seats = champions(session, project.id, _moment(chosen))
        ledger = promotions(session, project.id)
        best = best_models(session, project.id, 1)
        first.markdown(seats_sentence(seats, project, present, chosen))
        if seats:
            looks = openings_of_models(session, [seat.model.id for seat in seats])
            st.dataframe(
                seat_frame(seats, looks, project, present), hide_index=True, alt="the champion of every scope",
                column_config={"since": time_column("since")},
            )  # fmt: skip
        elif best and chosen is None:
            st.markdown(f"The best model of the folds is **{best[0].name}**. Nobody answers until one is seated.")
            promote_button(member, project, best[0], key="promote_best")
        elif not best:
            st.info("No models yet: a champion is one of them. Launch a run first.")
            st.page_link("train.py", label="Train models", query_params=link_query(project))
        for seat in seats if chosen is None else []:
            _refit(session, member, project, seat)
        _acts(member, project, seats, ledger, today=chosen is None)
        promotion_drafts(member, project)
        retired_section(session, project)
        st.header("Ledger")
        st.caption("Every seating, newest first. It is only ever added to; undoing one is a new one.")
        if not ledger:
            st.markdown("No seating yet.")
            return
        times = {"when": time_column("when")}
        st.dataframe(promotion_frame(ledger), hide_index=True, alt="every promotion", column_config=times)


def _moment(day: date | None) -> datetime | None:
    """The last instant of a day, UTC."""
    return None if day is None else datetime.combine(day, time(), UTC) + timedelta(days=1, microseconds=-1)


def _refit(session: Session, member: Member, project: Project, seat: Champion) -> None:
    """What the hold-out said of a champion, and the button that lets it learn from those rows too."""
    opened = holdout_words(holdout_view(session, seat.model.id), METRICS[project.primary_metric])
    if opened is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{seat.model.name}** ({seat.promotion.scope}): {opened}", help=HOLDOUT)
            refit_button(session, member, project, get_model(session, seat.model.id), key=f"refit_{seat.promotion.id}")


def _acts(
    member: Member, project: Project, seats: Sequence[Champion], ledger: Sequence[Promotion], *, today: bool
) -> None:
    """Promote another, or roll a scope back."""
    row = st.container(horizontal=True)
    if row.button("Promote another…", help="Choose a model, then press Promote on its page."):
        st.switch_page("models.py", query_params=link_query(project))
    scopes = [s.promotion.scope for s in seats if len({p.model_id for p in ledger if p.scope == s.promotion.scope}) > 1]
    why = (
        "You may not promote: ask an administrator for the role of a manager." if not member.may(Permission.PROMOTE)
        else "The past cannot be changed: empty the date first." if not today
        else "No scope had a champion before its present one." if not scopes
        else None
    )  # fmt: skip
    tip = why or "Seat the champion before again."
    row.button("Roll back…", disabled=bool(why), help=tip, on_click=open_dialog, args=("roll back",))
    if why is None and is_open("roll back"):
        roll_back_dialog(member, project, scopes)


render(current_member())
