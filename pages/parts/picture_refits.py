"""Pictures whose numbers cost fits: what each takes, told before the click."""

from collections.abc import Mapping, Sequence

import streamlit as st

from db.session import reading, transaction
from mms.domain.diagnostics import Cost
from mms.domain.errors import MmsError
from mms.domain.members import Member, Permission
from mms.domain.pictures import PictureKind
from mms.domain.subjects import Subject
from mms.usecases.model_pictures import picture_cost
from mms.usecases.pictures import ask_for_pictures
from pages.parts.diagnostic_job import cost_words
from pages.parts.session import real_now
from pages.parts.told import told

_STORED = Cost(0, 0, 0.0)


def refits(member: Member, subject: Subject, kinds: Sequence[PictureKind]) -> None:
    """A line and a button each, and one button for all of them."""
    if not kinds:
        return
    st.header("Pictures that cost fits")
    costs = _costs(member, subject, kinds)
    may = member.may(Permission.TRAIN)
    for kind, spent in costs.items():
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(kind.heading, key=f"refit {kind.value}", icon=":material/calculate:", disabled=not may):
                _ask(member, subject, [kind])
            st.markdown(f"{kind.question} {_words(spent, at_most=kind is PictureKind.FEATURE_ELIMINATION)}.")
    if len(costs) > 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button("Draw all of them", key="refit all", icon=":material/draw:", disabled=not may):
                _ask(member, subject, list(costs))
            which = "Both pictures" if len(costs) == 2 else f"All {len(costs)} pictures"
            st.markdown(f"{which} above, one after the other. {_words(_sum(list(costs.values())), at_most=True)}.")
    if not may:
        st.caption("It takes the right to train: ask an administrator for it.")


def _costs(member: Member, subject: Subject, kinds: Sequence[PictureKind]) -> Mapping[PictureKind, Cost]:
    """What each takes; one that cannot be asked for says why and is left out."""
    found = {}
    for kind in kinds:
        try:
            with reading() as session:
                found[kind] = picture_cost(session, member, subject.id, kind) or _STORED
        except MmsError as error:
            st.markdown(f"{kind.heading}: {error.sentence}")
    return found


def _ask(member: Member, subject: Subject, kinds: Sequence[PictureKind]) -> None:
    with told(stop=False):
        with transaction() as session:
            ask_for_pictures(session, member, subject, real_now(), kinds)
        st.rerun()


def _sum(costs: Sequence[Cost]) -> Cost:
    known = [spent.seconds for spent in costs if spent.seconds is not None]
    return Cost(
        sum(spent.fits for spent in costs),
        sum(spent.calls for spent in costs),
        sum(known) if len(known) == len(costs) else None,
    )


def _words(spent: Cost, *, at_most: bool) -> str:
    """at_most: few features are eliminated in fewer fits."""
    takes = "It takes at most" if at_most else "It takes"
    return f"{takes} **{cost_words(spent)}**" if spent.fits else "The numbers are stored: nothing is fitted"
