"""Models as rows that people read: the classic columns, those asked for, and only what differs where that is wished."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from mms.domain.filters import differing
from mms.domain.model_fields import Field
from mms.domain.models import ModelPage, ModelState, RankedModel
from mms.domain.promotions import GLOBAL
from mms.domain.scores import Metric
from mms.domain.triples import described
from pages.parts.formatting import age, score_of, seconds, size

STATE_WORDS = {
    ModelState.CHAMPION: "◆ champion",
    ModelState.CHALLENGER: "◇ challenger",
    ModelState.CANDIDATE: "○ candidate",
    ModelState.RETIRED: "– retired",
    ModelState.PURGED: "× purged",
}


@dataclass(frozen=True, slots=True)
class Look:
    """How the table is to look. columns: fields beside the classic ones. band: ids of those near the best. folds:
    scores by fold of each model, natural units. differ: only columns in which the shown models differ."""

    metric: Metric
    now: datetime
    band: Collection[int] = ()
    columns: Sequence[Field] = ()
    folds: Mapping[int, Sequence[float]] = field(default_factory=dict)
    differ: bool = False


def frame_of(page: ModelPage, look: Look) -> pd.DataFrame:
    """One row a model, as people read it; those within one standard error of the best bear a ≈.

    `scope` and `tags` are among the columns where a model has one.
    """
    rows = [_row(model, page, look) for model in page.models]
    shown = differing(rows) if look.differ and len(rows) > 1 else tuple(rows[0]) if rows else ()
    empty = {name for name in ("scope", "tags") if all(row.get(name) in (GLOBAL, "", None) for row in rows)}
    names = [name for name in dict.fromkeys((*_ALWAYS, *shown)) if name not in empty]
    return pd.DataFrame({name: [row.get(name) for row in rows] for name in names})


_ALWAYS = ("id", "model", "score")


def _row(model: RankedModel, page: ModelPage, look: Look) -> dict[str, Any]:
    metric, parameters = look.metric, dict(model.hyperparameters)
    row: dict[str, Any] = {
        "id": f"v{model.version}",
        "model": model.algorithm,
        "scope": model.scope,
        "hyperparameters": described(parameters) or "defaults",
        "build": seconds(model.build_seconds),
        "score": score_of(metric, model.score, model.score_sd) + (" ≈" if model.id in look.band else ""),
        "folds": list(look.folds.get(model.id, ())),
        "artifact": f"/api/v1/models/{model.id}/artifact#{size(model.artifact_size)}",
        "state": STATE_WORDS[model.state],
        "tags": ", ".join(page.tags.get(model.id, ())),
        "age": age(model.created_at, look.now),
        "owner": model.owner,
        "touched": model.touched_at,
    }
    if look.differ:
        del row["hyperparameters"]
        row |= {name: str(value) for name, value in parameters.items()}
    return row | {column.label: page.values.get(model.id, {}).get(column.name) for column in look.columns}
