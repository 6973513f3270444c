"""The declared join: base rows with the feature tables' values as of the prediction time, never from the future."""

from collections.abc import Mapping, Sequence

import pandas as pd

from mms.domain.tables import Column, FeatureTable, InstanceTable


def feature_columns(declaration: InstanceTable, tables: Mapping[int, FeatureTable]) -> tuple[Column, ...]:
    """The feature columns of the instance table in order: base features, then `table.column` of each join."""
    raise NotImplementedError


def joined(
    base: pd.DataFrame,
    declaration: InstanceTable,
    tables: Mapping[int, FeatureTable],
    frames: Mapping[int, pd.DataFrame],
) -> pd.DataFrame:
    """The instance frame in base-row order: the base columns, then each join's. Frames by table id."""
    raise NotImplementedError


def content_hash(frame: pd.DataFrame, columns: Sequence[Column]) -> str:
    """SHA-256 of the canonical content: schema, then rows (already sorted by entity and time)."""
    raise NotImplementedError
