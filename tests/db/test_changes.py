"""Rows of two snapshots beside each other."""

from datetime import datetime, timedelta
from pathlib import Path

from db.queries.changes import row_change
from db.queries.tables import get_table_named
from db.session import reading, transaction
from mms.domain.changes import RowChange
from mms.domain.members import Member
from mms.domain.snapshots import Extent, Selection
from mms.settings import settings
from mms.usecases.snapshots import take_snapshot
from mms.usecases.tables import update_rows
from tests.trained import ROWS, a_project, a_snapshot, more_points, points


def test_rows_that_came_went_and_got_another_truth_are_told_apart(
    sqlite_store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    project, later = a_project(member, tmp_path, now), now + timedelta(hours=ROWS)
    older = a_snapshot(member, project, now)
    more_points(member, project, later)
    with transaction() as session:
        table = get_table_named(session, project.id, "points")
        last = points(now).to_dict("records")[-1]
        last["side"] = "no" if last["side"] == "yes" else "yes"
        update_rows(session, member, table.id, [last], now, partial=True)
    newer = take_snapshot(transaction, member, project.id, Selection(Extent.LAST_ROWS, ROWS + 10), later)

    with reading() as session:
        forth = row_change(session, settings().cache, older, newer)
        back = row_change(session, settings().cache, newer, older)
        still = row_change(session, settings().cache, older, older)

    assert forth == RowChange(added=ROWS, removed=ROWS - 10, kept=10, relabelled=1)
    assert back == RowChange(added=ROWS - 10, removed=ROWS, kept=10, relabelled=1)
    assert still == RowChange(added=0, removed=0, kept=ROWS)
