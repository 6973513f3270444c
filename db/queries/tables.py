"""Feature tables and the instance table of a project."""

import pandas as pd
from sqlalchemy.orm import Session

from mms.domain.tables import FeatureTable, InstanceTable


def feature_tables(session: Session, project_id: int) -> list[FeatureTable]:
    """Live feature tables by name."""
    raise NotImplementedError


def get_table(session: Session, table_id: int) -> FeatureTable:
    """The live feature table of this id."""
    raise NotImplementedError


def get_table_named(session: Session, project_id: int, name: str) -> FeatureTable:
    """The live feature table of this name."""
    raise NotImplementedError


def find_instance_table(session: Session, project_id: int) -> InstanceTable | None:
    """The newest declaration of a project."""
    raise NotImplementedError


def get_instance_table(session: Session, project_id: int) -> InstanceTable:
    """The newest declaration, or NotFound with what to do."""
    raise NotImplementedError


def first_rows(session: Session, table: FeatureTable, limit: int = 100) -> pd.DataFrame:
    """The first rows of a table, for the reader."""
    raise NotImplementedError


def rows_and_labels_per_day(session: Session, project_id: int) -> pd.DataFrame:
    """Base table: columns day, rows, labelled; empty without a prediction time."""
    raise NotImplementedError
