"""A chain of steps composed by widgets: parameters, order, removal, and what may come next."""

from collections.abc import Mapping, Sequence

import streamlit as st

from mms.domain.triples import Step
from mms.usecases.composer import Flow, StepOffer, default_step
from pages.parts.parameter_widget import parameter_widgets, value_words


def chain(steps: Sequence[Step], flow: Flow, known: Mapping[str, StepOffer], key: str) -> tuple[tuple[Step, ...], bool]:
    """Draw the steps. Returns them as the widgets say, and whether one was added, moved or removed.

    flow: what is wrong where, and what may be added. key: unlike that of every other chain on the page.
    """
    now: list[Step] = []
    order: list[int] | None = None
    for i, step in enumerate(steps):
        wide, narrow = st.columns([4, 1.5])
        with wide:
            now.append(_step(i, step, known[step.transformer], f"{key}_{i}"))
            if i in flow.wrong:
                st.error(flow.wrong[i], icon=":material/error:")
        with narrow:
            order = _buttons(i, len(steps), f"{key}_{i}") or order
    if len(steps) in flow.wrong:
        st.error(flow.wrong[len(steps)], icon=":material/error:")
    added = _added(flow, key)
    kept = now if order is None else [now[i] for i in order]
    return (*kept, *added), bool(added) or order is not None


def _added(flow: Flow, key: str) -> list[Step]:
    offers = {offer.name: offer for offer in flow.offers}
    name = st.selectbox(
        "Add a step",
        list(offers),
        index=None,
        key=f"{key}_add",
        placeholder="Add a step" if offers else "No step fits here",
        format_func=lambda name: f"{name}: {offers[name].explanation}",
        disabled=not offers,
        label_visibility="collapsed",
        help="Only steps that take what the chain gives so far are listed.",
    )
    return [default_step(offers[name])] if name else []


def _step(place: int, step: Step, offer: StepOffer, key: str) -> Step:
    """One step: its name, what it does, and its parameters in a fold of their own."""
    with st.expander(f"**{place + 1} {step.transformer}** · {_words(step, offer)}", key=f"{key}_fold"):
        st.caption(f"It {offer.explanation}.")
        if not offer.parameters:
            st.caption("It has no parameter.")
            return step
        return Step(step.transformer, parameter_widgets(offer.parameters, step.parameters, key))


def _words(step: Step, offer: StepOffer) -> str:
    """The parameters that differ from their defaults, else what the step does."""
    other = [
        f"{p.name} {value_words(step.parameters[p.name])}"
        for p in offer.parameters
        if p.name in step.parameters and step.parameters[p.name] != p.default
    ]
    return ", ".join(other) or offer.explanation


def _buttons(i: int, count: int, key: str) -> list[int] | None:
    """The new order of all steps after a click on one of this step's buttons."""
    with st.container(horizontal=True, gap="xxsmall"):
        up = st.button(
            "", icon=":material/arrow_upward:", key=f"{key}_up", type="tertiary", disabled=i == 0, help="Move it up"
        )
        last = i == count - 1
        down = st.button(
            "", icon=":material/arrow_downward:", key=f"{key}_down", type="tertiary", disabled=last, help="Move it down"
        )
        gone = st.button("", icon=":material/close:", key=f"{key}_gone", type="tertiary", help="Remove this step")
    order = list(range(count))
    if gone:
        return [place for place in order if place != i]
    if not (up or down):
        return None
    other = i - 1 if up else i + 1
    order[i], order[other] = other, i
    return order
