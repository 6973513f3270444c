"""Ensembles on screen: what one is made of, which models to combine, what it would score, and the way there."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from sqlalchemy.orm import Session

from db.queries.ensembles import members_of
from db.session import reading, transaction
from mms.domain.agreement import Agreement, Expectation
from mms.domain.ensembles import (
    EXPLANATIONS,
    FEWEST_MEMBERS,
    MOST_MEMBERS,
    PARAMETERS,
    EnsembleDraft,
    EnsembleKind,
    combination_words,
    kind_of,
)
from mms.domain.logs import ELSEWHERE
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.domain.scores import METRICS
from mms.usecases.ensembles import agreement_of, expected_score, launch_ensemble
from pages.parts.formatting import metric_help, score_of
from pages.parts.parameter_widget import parameter_widget
from pages.parts.project import link_query
from pages.parts.session import real_now
from pages.parts.told import told


def made_of(session: Session, model: Model) -> str:
    """'boosting on recipe 'trees'', or of an ensemble 'votes of v3, v7 and v9'."""
    triple = model.triple
    if triple.algorithm == ELSEWHERE:
        return f"served elsewhere as '{triple.hyperparameters['name']}'"
    if not triple.members:
        return f"{triple.algorithm} on recipe '{triple.recipe.name}'"
    there = [f"v{one.version}" for one in members_of(session, model.ranked, triple)]
    gone = len(triple.members) - len(there)
    return combination_words(kind_of(triple.algorithm), [*there, *([f"{gone} deleted since"] if gone else [])])


def combine_button(row: Any, chosen: Sequence[int]) -> None:
    """From chosen rows of the model table to the page that combines them."""
    several = FEWEST_MEMBERS <= len(chosen) <= MOST_MEMBERS
    why = None if several else f"Choose {FEWEST_MEMBERS} to {MOST_MEMBERS} rows of one snapshot."
    label = f"Combine {len(chosen)}…" if several else "Combine…"
    if row.button(label, disabled=not several, help=why, icon=":material/join_inner:", key="combine"):
        st.switch_page("ensemble.py", query_params={"ids": ",".join(map(str, chosen))})


def agreement_and_proposal(member: Member, ids: Sequence[int]) -> tuple[Agreement, tuple[int, ...]]:
    """Read from out-of-fold rows, which never change."""
    return _agreement(tuple(sorted(ids)), member)


@st.cache_data(max_entries=16, show_spinner="Comparing the models' out-of-fold rows …")
def _agreement(ids: tuple[int, ...], _member: Member) -> tuple[Agreement, tuple[int, ...]]:
    with reading() as session:
        return agreement_of(session, _member, ids)


def choice(info: Agreement, proposed: Sequence[int]) -> EnsembleDraft:
    """Members, kind and parameter, as they are chosen now; the proposal stands first."""
    names = {one.id: one.name for one in info.models}
    chosen = st.multiselect("Members", list(names), list(proposed), format_func=lambda i: names[i], key="members")
    left, right = st.columns(2)
    kind: EnsembleKind = left.selectbox(
        "Combined by", list(EnsembleKind), format_func=lambda one: one.value, key="ensemble_kind",
        help="; ".join(f"{one.value}: {words}" for one, words in EXPLANATIONS.items()),
    )  # fmt: skip
    values = {}
    with right:
        for parameter in PARAMETERS[kind]:
            if not (parameter.name == "balanced" and info.of_numbers):
                key = f"ensemble_{kind.value}_{parameter.name}"
                values[parameter.name] = parameter_widget(parameter, parameter.default, key)
    return EnsembleDraft(tuple(chosen), kind, values)


def foretold(member: Member, draft: EnsembleDraft) -> Expectation:
    """The score on the folds, before anything is made."""
    with st.spinner("Combining the out-of-fold rows …"), reading() as session:
        return expected_score(session, member, draft)


def sentence(project: Project, info: Agreement, told_score: Expectation) -> str:
    """What the ensemble would score, beside its best member."""
    metric = METRICS[project.primary_metric]
    names = {one.id: f"v{one.version}" for one in info.models}
    best = max((one for one in info.models if one.id in told_score.model_ids), key=lambda one: one.score)
    who = combination_words(told_score.kind, [names[one] for one in told_score.model_ids])
    side = "above" if told_score.gain > 0 else "below"
    advice = "" if told_score.gain > 0 else " Nothing is gained: try other members, or the other way to combine them."
    score = score_of(metric, told_score.score, told_score.score_sd)
    return (
        f"{who.capitalize()} would score {metric.label} **{score}**, {abs(told_score.gain):.3f} {side} "
        f"its best member, {best.name} ({score_of(metric, best.score, best.score_sd)}).{advice}"
    )


def make_button(member: Member, project: Project, draft: EnsembleDraft) -> None:
    """Launch the run that makes the ensemble, and go there."""
    button, cost = st.columns([1, 3], vertical_alignment="center")
    cost.caption(
        "No member is fitted again: the run combines what is stored, fits the baseline, and takes seconds. "
        "The members were chosen on the rows they are scored on, so expect a little less on new ones."
    )
    if button.button(
        "Make the ensemble", type="primary", key="make", help=metric_help(METRICS[project.primary_metric])
    ):
        with told(stop=False):
            with transaction() as session:
                run_id = launch_ensemble(session, member, draft, real_now())
            st.switch_page("runs.py", query_params=link_query(project, run=run_id))
