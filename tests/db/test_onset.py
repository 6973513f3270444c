"""The onset is read from days whose labels are in."""

from datetime import timedelta
from pathlib import Path

import pytest

from db.queries.onset import onset_of
from db.queries.projects import get_project
from db.session import reading, transaction
from mms.domain.buckets import Sums
from mms.domain.members import Member
from tests.answered import answered
from tests.wards import MARCH, a_model, a_snapshot, a_world, confused


@pytest.mark.slow
def test_decay_began_with_the_first_worse_day_whose_labels_are_in(store: str, member: Member, tmp_path: Path) -> None:
    project_id = a_world(tmp_path, member, MARCH)
    good, bad = confused(20, 5, 5, 70), confused(10, 20, 20, 50)
    half = Sums(n=100) + confused(0, 30, 20, 0)
    with transaction() as session:
        model_id = a_model(session, project_id, a_snapshot(session, project_id, 1, MARCH), 1, MARCH)
        for day in range(24):
            sums = half if day in (5, 6) else good if day < 12 else bad
            answered(session, project_id, model_id, MARCH + timedelta(days=day), sums)

    with reading() as session:
        project = get_project(session, member, project_id)
        found = onset_of(session, project, model_id, "accuracy", MARCH, scope="global")
        calm = onset_of(session, project, model_id, "accuracy", MARCH + timedelta(days=13), scope="global")
        nobody = onset_of(session, project, model_id, "accuracy", MARCH, scope="user:1")

    assert found is not None
    assert found.began == MARCH.replace(hour=0) + timedelta(days=12)
    assert found.sentence.startswith(
        "Decay began about 13 March 2026: the share of wrong answers rose from 10.0 % to 40.0 % (ADWIN"
    )
    assert calm is None
    assert nobody is None
