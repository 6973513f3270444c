"""Models side by side as a table that marks what differs."""

from collections.abc import Sequence

import pandas as pd

from mms.domain.comparison import ids_of
from mms.domain.errors import Invalid
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.domain.recipes import branch_words
from mms.domain.scores import METRICS
from pages.parts.formatting import score_of, seconds, size, time_words
from pages.parts.model_table import STATE_WORDS

MOST = 6
"""As many models as there are colours that everybody can tell apart."""


def chosen_ids(text: str) -> list[int]:
    """The model ids of an address; Invalid where one is no number or there are too many."""
    ids = ids_of(text)
    if len(ids) > MOST:
        raise Invalid(f"At most {MOST} models are compared at once; these are {len(ids)}: choose fewer.")
    return ids


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
