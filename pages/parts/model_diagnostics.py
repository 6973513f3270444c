"""Diagnostics of one model, from what its run stored: one check at a time, and the way to its pictures."""

from collections.abc import Callable, Mapping

import streamlit as st

from mms.charts.theme import colours_of
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Project, Task
from pages.parts.compare_curves import calibration_curves, gains_curves, ranked_curves
from pages.parts.diagnostic_classes import classes
from pages.parts.diagnostic_threshold import threshold
from pages.parts.look_inside import look_inside
from pages.parts.scored_rows import class_choice
from pages.parts.where_it_errs import where_it_errs

FOLD_WORDS = "out-of-fold rows: each was predicted by a fit that had not seen it"

_Draw = Callable[[Member, Project, Model], None]


def diagnostics(member: Member, project: Project, model: Model) -> None:
    """The chosen check; the choice stands in the address, and only that one is computed."""
    known = ", ".join(model.signature.classes[:12]) or "a number"
    more = len(model.signature.classes) - 12
    st.caption(
        f"From {FOLD_WORDS}. Answers: {as_text(known)}{f' and {more} more' if more > 0 else ''}. Seed {model.seed}."
    )
    checks = _checks(project.task)
    asked = st.query_params.get("check")
    if asked is not None and asked not in checks:
        st.info(f"Models of a {project.task.value} project have no check '{asked}': these are theirs.")
        del st.query_params["check"]
    chosen = st.radio(
        "Check", list(checks), horizontal=True, key="check", bind="query-params",
        help="Ranking: ROC, precision and recall. Gains: how much is found by looking at the best-scored rows first.",
    )  # fmt: skip
    checks[str(chosen)](member, project, model)
    _pictures(model)


def _checks(task: Task) -> Mapping[str, _Draw]:
    """Name -> what draws it."""
    both = {"Where it errs": where_it_errs, "Look inside": look_inside}
    if task is Task.REGRESSION:
        return both
    ranked = {"Ranking": _ranking, "Gains": _gains, "Probabilities": _probabilities}
    return ranked | ({"Threshold": threshold} if task is Task.BINARY else {}) | {"Classes": classes} | both


def _ranking(member: Member, project: Project, model: Model) -> None:
    ranked_curves(member, [model], class_choice(project, model, "class"), colours_of([model.id]))


def _gains(member: Member, project: Project, model: Model) -> None:
    gains_curves(member, [model], class_choice(project, model, "class"), colours_of([model.id]))


def _probabilities(member: Member, project: Project, model: Model) -> None:
    calibration_curves(member, [model], class_choice(project, model, "class"), colours_of([model.id]))


def _pictures(model: Model) -> None:
    st.page_link(
        "gallery.py", label="All Yellowbrick pictures of this model", icon=":material/gallery_thumbnail:",
        query_params={"model": str(model.id)},
    )  # fmt: skip
