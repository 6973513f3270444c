"""The model table, and one model."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from sqlalchemy.orm import Session

from mms.domain.models import Model, ModelFilter, ModelPage, ModelSort, RankedModel
from mms.domain.pictures import Picture, Theme

PAGE = 50
"""Rows a page."""

COUNT_CAP = 1000
"""Counts stop here: "1,000+"."""


def models_page(
    session: Session,
    project_id: int,
    where: ModelFilter,
    sort: ModelSort = ModelSort.SCORE,
    after: str | None = None,
    limit: int = PAGE,
) -> ModelPage:
    """One keyset page of the model table. `after` is the cursor of the page before; Invalid when it is foreign."""
    raise NotImplementedError


def all_models(session: Session, project_id: int, where: ModelFilter, sort: ModelSort) -> pd.DataFrame:
    """Every row of the filter, for the CSV."""
    raise NotImplementedError


def algorithms_used(session: Session, project_id: int) -> list[str]:
    """Names of algorithms that have live models."""
    raise NotImplementedError


def get_ranked(session: Session, project_id: int, version: int) -> RankedModel:
    """The live model with this version number in its project."""
    raise NotImplementedError


def get_model(session: Session, model_id: int) -> Model:
    """One live model with its scores, signature and environment."""
    raise NotImplementedError


def oof_frame(session: Session, cache: Path, model_id: int) -> pd.DataFrame:
    """A model's out-of-fold rows (see mms.ml.fitting.FittedFold), sorted by row."""
    raise NotImplementedError


def pictures(session: Session, model_id: int, theme: Theme) -> list[Picture]:
    """The Yellowbrick pictures of a model in one theme."""
    raise NotImplementedError


def comparable(models: Sequence[Model]) -> str | None:
    """None when all are scored on the same rows and folds, else the sentence that says why not."""
    raise NotImplementedError
