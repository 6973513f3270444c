"""One ensemble, altered by widgets: its members, how they are combined, and its parameters."""

import streamlit as st

from mms.domain.ensembles import EXPLANATIONS, FEWEST_MEMBERS, PARAMETERS, EnsembleKind, ensemble_of, kind_of
from mms.domain.projects import Task
from mms.domain.triples import Triple, described
from pages.parts.parameter_widget import parameter_widgets


def ensemble_editor(triple: Triple, task: Task, key: str) -> Triple:
    """Draw the ensemble's widgets; return it as they say. Members may be left out."""
    names = {member.hash: f"{member.algorithm} ({described(member.hyperparameters)})" for member in triple.members}
    chosen = st.multiselect(
        "Members", list(names), list(names), key=f"{key}_members", format_func=names.__getitem__,
        help="Those without a model on the snapshot are fitted first. To add one, press Combine in the model table.",
    )  # fmt: skip
    kinds, before = list(EnsembleKind), kind_of(triple.algorithm)
    kind: EnsembleKind = st.selectbox(
        "Combined by", kinds, kinds.index(before), key=f"{key}_kind", format_func=lambda one: one.value,
        help="; ".join(f"{one.value}: {words}" for one, words in EXPLANATIONS.items()),
    )  # fmt: skip
    parameters = [p for p in PARAMETERS[kind] if p.name != "balanced" or task.is_classification]
    known = triple.hyperparameters if kind is before else {}
    values = parameter_widgets(parameters, known, f"{key}_{kind.value}")
    members = [member for member in triple.members if member.hash in chosen]
    if len(members) < FEWEST_MEMBERS:
        st.error(f"An ensemble has {FEWEST_MEMBERS} members at least: leave fewer out, or remove it as a whole.")
        return triple
    return ensemble_of(kind, members, {**known, **values})
