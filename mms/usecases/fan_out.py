"""Fan out: the same triples for every group that has rows enough."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

import numpy as np
from sqlalchemy.orm import Session

from db.queries.snapshots import get_snapshot, snapshot_blocks, snapshot_frame
from mms.domain.errors import Invalid
from mms.domain.members import Member, Permission
from mms.domain.runs import Launch, fits_of_search
from mms.domain.scopes import MOST_GROUPS, FanOut, GroupRows, is_scope
from mms.domain.snapshots import HELD_OUT, Snapshot
from mms.domain.triples import BASELINE
from mms.ml.scopes import texts
from mms.settings import settings
from mms.usecases.runs import launch_checked
from mms.usecases.scopes import check_column, ground_of


def group_sizes(session: Session, snapshot_id: int, column: str) -> dict[str, int]:
    """Rows of each group of a column outside the hold-out, the biggest first. Invalid: no such column."""
    snapshot = get_snapshot(session, snapshot_id)
    return _sizes(_values(session, snapshot, column)[snapshot_blocks(session, snapshot) != HELD_OUT])


def planned_fan_out(session: Session, launch: Launch, column: str, minimum_rows: int) -> FanOut:
    """Every group of a column with its rows, and which of them get a run. Invalid: no such column, too many groups."""
    snapshot = get_snapshot(session, launch.snapshot_id)
    ground, values = ground_of(session, snapshot), _values(session, snapshot, column)
    sizes = _sizes(values[ground.kept])
    enough = [value for value, rows in sizes.items() if rows >= minimum_rows]
    if len(enough) > MOST_GROUPS:
        raise Invalid(
            f"{len(enough):,} groups of '{column}' have at least {minimum_rows:,} rows, and a fan-out launches at most "
            f"{MOST_GROUPS}: ask for more rows, or choose another column."
        )
    groups = [
        GroupRows(scope, rows, _why_not(scope, rows, minimum_rows) or ground.why_not(values == value))
        for value, rows in sizes.items()
        for scope in (f"group:{column}={value}",)
    ]
    baseline = not any(triple.algorithm == BASELINE for triple in launch.triples)
    fits = fits_of_search(len(launch.triples) + baseline + launch.search.proposals, launch.search)
    return FanOut(tuple(groups), fits)


def fan_out(
    session: Session, member: Member, launch: Launch, column: str, minimum_rows: int, now: datetime
) -> list[int]:
    """One run of the same triples for every group with at least so many rows; return the runs' ids, biggest first."""
    member.require(Permission.TRAIN)
    planned = planned_fan_out(session, launch, column, minimum_rows)
    if not planned.launched:
        first = next((f" The biggest: {group.why_not}." for group in planned.groups), "")
        raise Invalid(f"No group of '{column}' can have a run of its own with {minimum_rows:,} rows or more.{first}")
    return [launch_checked(session, member, replace(launch, scope=group.scope), now) for group in planned.launched]


def _values(session: Session, snapshot: Snapshot, column: str) -> np.ndarray:
    frame = snapshot_frame(session, settings().cache, snapshot)
    check_column(frame, column, snapshot)
    return texts(frame[column])


def _sizes(values: np.ndarray) -> dict[str, int]:
    counted = Counter(value for value in values if value is not None)
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def _why_not(scope: str, rows: int, minimum_rows: int) -> str | None:
    if rows < minimum_rows:
        return f"{rows:,} {'row' if rows == 1 else 'rows'}, fewer than {minimum_rows:,}"
    return None if is_scope(scope) else "its name makes no scope"
