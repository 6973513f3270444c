"""Rows of two snapshots beside each other."""

from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from db.queries.changes import row_change
from db.queries.tables import get_table_named
from db.session import reading, transaction
from mms.domain.changes import RowChange
from mms.domain.members import Member
from mms.domain.snapshots import Extent, Selection
from mms.domain.tables import FileProject
from mms.settings import settings
from mms.usecases.snapshots import take_snapshot
from mms.usecases.tables import append_rows, project_from_file, update_rows
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


@pytest.mark.slow
@pytest.mark.parametrize("key", ["truth", "turn", "key 1"])
def test_rows_are_known_by_columns_of_any_name(
    sqlite_store: str, member: Member, tmp_path: Path, now: datetime, key: str
) -> None:
    def named(seed: int) -> pd.DataFrame:
        return points(now, seed=seed).drop(columns="at").rename(columns={"id": key})

    named(1).to_csv(tmp_path / "points.csv", index=False)
    source = FileProject("Points", tmp_path / "points.csv", "side", (key,), "", "", positive_class="yes")
    with transaction() as session:
        project = project_from_file(session, member, source, now)
    older = a_snapshot(member, project, now)
    with transaction() as session:
        append_rows(
            session, member, get_table_named(session, project.id, "points").id, named(2).to_dict("records"), now
        )
    newer = a_snapshot(member, project, now)

    with reading() as session:
        assert row_change(session, settings().cache, older, newer) == RowChange(added=ROWS, removed=0, kept=ROWS)
