"""Compared models: opened from the address, and as a table that marks what differs."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from db.queries.models import models_of, no_model
from db.queries.projects import get_project
from mms.domain.comparison import readable_ids
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.domain.recipes import branch_words
from mms.domain.scores import METRICS
from pages.parts.formatting import score_of, seconds, size, time_words
from pages.parts.model_frame import STATE_WORDS


def opened(session: Session, member: Member, text: str) -> tuple[Project | None, list[Model]]:
    """The models an address names, of the project that most belong to; a warning for each that is left out."""
    ids, sentences = readable_ids(text)
    found = models_of(session, ids)
    gone = set(ids) - {model.id for model in found}
    sentences += [no_model(model_id).sentence for model_id in ids if model_id in gone]
    counts = Counter(model.ranked.project_id for model in found)
    of = counts.most_common(1)[0][0] if counts else None
    foreign = [model.ranked.name for model in found if model.ranked.project_id != of]
    sentences += [f"{name} answers another question: compare models of one project." for name in foreign]
    for sentence in sentences:
        st.warning(sentence, icon=":material/block:")
    project = None if of is None else get_project(session, member, of)
    return project, [model for model in found if model.ranked.project_id == of]


def comparison_frame(models: Sequence[Model], project: Project) -> pd.DataFrame:
    """One row a property, one column a model; the first column holds ≠ where they differ."""
    tuned = sorted({name for model in models for name in model.triple.hyperparameters})
    columns = {model.ranked.name: _properties(model, project, tuned) for model in models}
    names = list(dict.fromkeys(name for properties in columns.values() for name in properties))
    rows = []
    for name in names:
        values = [properties.get(name, "–") for properties in columns.values()]
        mark = "≠" if len(set(values)) > 1 else ""
        rows.append({"differs": mark, "property": name, **dict(zip(columns, values, strict=True))})
    return pd.DataFrame(rows)


def only_different(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows in which the models differ."""
    return frame[frame["differs"] == "≠"]


def _properties(model: Model, project: Project, tuned: Sequence[str]) -> dict[str, str]:
    ranked = model.ranked
    shown = {"state": STATE_WORDS[ranked.state], "algorithm": ranked.algorithm, "recipe": ranked.recipe}
    for i, branch in enumerate(model.triple.recipe.branches, start=1):
        shown[f"recipe, branch {i}"] = branch_words(branch)
    shown |= {name: str(model.triple.hyperparameters.get(name, "–")) for name in tuned}
    for summary in sorted(model.scores, key=lambda s: s.metric != project.primary_metric):
        metric = METRICS[summary.metric]
        shown[f"{metric.label} ({metric.direction})"] = score_of(metric, summary.mean, summary.sd)
    return shown | {
        "snapshot": str(ranked.snapshot_id),
        "build time": seconds(ranked.build_seconds),
        "artifact": size(ranked.artifact_size),
        "built": time_words(ranked.created_at),
        "owner": ranked.owner,
    }
