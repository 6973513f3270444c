"""What pictures of models are drawn from: stored rows and stored tables, by the kind of picture."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd
from sqlalchemy.orm import Session

from db.queries.models import get_model
from db.queries.projects import live_project, project_of
from mms.domain.canonical import digest
from mms.domain.pictures import EDITION, PictureKind
from mms.domain.projects import Task
from mms.domain.scores import METRICS
from mms.ml.diagnostics.ground import Ground, Tables
from mms.usecases.diagnostics import ground_of


@dataclass(frozen=True, slots=True)
class ModelNumbers:
    """The numbers of one picture. classes: in the order of the probabilities, () for numbers. metric: its label.

    tables: frames by name.
    """

    kind: PictureKind
    task: Task
    classes: tuple[str, ...]
    positive: str | None
    metric: str
    tables: Mapping[str, pd.DataFrame]

    @property
    def content(self) -> str:
        """Hash of all that is drawn: equal numbers give the same picture."""
        facts = [EDITION, self.kind.value, self.task.value, list(self.classes), self.positive, self.metric]
        return digest([facts, {name: _hashed(table) for name, table in self.tables.items()}])


def model_numbers(session: Session, model_id: int, kind: PictureKind) -> ModelNumbers:
    """What this picture of a model is drawn from. A refusal (an MmsError) says why there is none."""
    model = get_model(session, model_id)
    project = project_of(live_project(session, model.ranked.project_id))
    ground = ground_of(session, model_id)
    return ModelNumbers(
        kind=kind,
        task=project.task,
        classes=model.signature.classes,
        positive=project.positive_class,
        metric=METRICS[project.primary_metric].label,
        tables=_TABLES[kind](ground),
    )


def _rows(ground: Ground) -> Tables:
    return {"rows": ground.oof}


_K = PictureKind
_TABLES: Mapping[PictureKind, Callable[[Ground], Tables]] = {
    **dict.fromkeys(
        (_K.CLASSIFICATION_REPORT, _K.CLASS_PREDICTION_ERROR, _K.RESIDUALS, _K.PREDICTION_ERROR),
        _rows,
    ),
}


def _hashed(table: pd.DataFrame) -> str:
    content = hashlib.sha256(",".join(map(str, table.columns)).encode())
    content.update(pd.util.hash_pandas_object(table, index=False).to_numpy().tobytes())
    return content.hexdigest()
