"""Train: what is odd about the snapshot is said before anything is fitted on it."""

import json

from db.models import Snapshot as SnapshotRow
from db.queries.snapshots import snapshots
from db.session import reading, transaction
from tests.pages.conftest import Open
from tests.staged import Stage


def test_the_warnings_of_the_chosen_snapshot_stand_above_the_launch(open_staged: Open, stage: Stage) -> None:
    with reading() as session:
        newest = snapshots(session, stage.project.id)[0]
    with transaction() as session:
        row = session.get_one(SnapshotRow, newest.id)
        profile = json.loads(json.dumps(row.profile))
        profile["columns"][0]["warning"] = "'x' looks like the answer."
        row.profile = profile

    page = open_staged("train", project=stage.project.id)

    assert not page.exception
    assert [w.value for w in page.warning] == ["'x' looks like the answer."]
