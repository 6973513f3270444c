"""Feature tables: loaded from files, updated by key."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.tables import FeatureTable, FileProject, InstanceDraft, InstanceTable, TableSource


def load_table(session: Session, member: Member, project_id: int, source: TableSource, now: datetime) -> FeatureTable:
    """A file becomes one physical, typed table. Invalid when a key (with time) is null or not unique."""
    raise NotImplementedError


def append_rows(
    session: Session, member: Member, table_id: int, rows: Sequence[Mapping[str, Any]], now: datetime
) -> int:
    """POST: new rows; Conflict when a key is already there."""
    raise NotImplementedError


def update_rows(
    session: Session, member: Member, table_id: int, rows: Sequence[Mapping[str, Any]], now: datetime, *, partial: bool
) -> int:
    """PUT (partial=False) and PATCH (partial=True) by key (and time). Returns how many rows changed or were added."""
    raise NotImplementedError


def declare_instances(
    session: Session, member: Member, project_id: int, draft: InstanceDraft, now: datetime
) -> InstanceTable:
    """Declare the join; Invalid names what is wrong."""
    raise NotImplementedError


def project_from_file(session: Session, member: Member, source: FileProject, now: datetime) -> Project:
    """One file and one target are enough: project, base table and declaration in one step, the rest inferred."""
    raise NotImplementedError
