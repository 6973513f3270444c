"""Stored predictions and the feedback to them."""

from collections.abc import Mapping, Sequence

import pandas as pd
from sqlalchemy.orm import Session

from mms.domain.predictions import Prediction


def get_prediction(session: Session, prediction_id: int) -> Prediction:
    """The prediction of this id."""
    raise NotImplementedError


def predictions(
    session: Session, project_id: int, *, entity: str | None = None, labelled: bool | None = None, limit: int = 100
) -> list[Prediction]:
    """Newest first."""
    raise NotImplementedError


def predictions_frame(session: Session, project_id: int, limit: int = 100_000) -> pd.DataFrame:
    """Newest first, for the CSV."""
    raise NotImplementedError


def latest_of(session: Session, project_id: int, entities: Sequence[str]) -> Mapping[str, Prediction]:
    """The newest prediction of each entity that has one."""
    raise NotImplementedError
