"""What was promised fills periods that wait for labels, and is held against what came true."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy.orm import Session

from db.blobs import put_bytes
from db.models import ModelReference
from db.queries.buckets import bucket_series
from db.queries.decay import DecayView, decay_points
from db.queries.estimates import packed_calibration
from db.queries.projects import get_project
from db.queries.promises import Wanted, fill_in, promises_of
from db.session import reading, transaction
from mms.charts import promises as chart
from mms.domain.decay import Grain
from mms.domain.members import Member
from mms.domain.projects import Project, Task
from mms.monitoring.estimated import Calibration
from mms.monitoring.sums import BINS
from mms.usecases.buckets import fold_buckets
from tests.answered import a_watched_model, put

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
JULY = datetime(2026, 7, 1, tzinfo=UTC)


def a_month(random: np.random.Generator, start: datetime, *, turned: float = 0.0, known: bool = True) -> list[dict]:
    """400 answers whose scores mean what they say, but for a share whose truth is turned round."""
    found = []
    for _ in range(400):
        score = float(random.random())
        truth = bool(random.random() < score) ^ bool(random.random() < turned)
        at = start + timedelta(hours=float(random.uniform(0, 24 * 27)))
        found.append(
            {
                "label": "true" if score >= 0.5 else "false", "score": score, "predicted_at": at,
                "truth": ("true" if truth else "false") if known else None,
                "truth_at": at + timedelta(hours=1) if known else None,
            }
        )  # fmt: skip
    return found


def a_stage(session: Session, months: list[list[dict]]) -> tuple[int, int]:
    project_id, model_id = a_watched_model(session, Task.BINARY, MARCH)
    for month in months:
        put(session, project_id, model_id, month)
    fold_buckets(session, project_id, JULY)
    blob = put_bytes(session, packed_calibration(Calibration((np.arange(BINS)[None] + 0.5) / BINS, 5000)), MARCH)
    session.add(ModelReference(model_id=model_id, kind="calibration", blob=blob, error=None, created_at=MARCH))
    return project_id, model_id


def project_of(session: Session, member: Member, project_id: int) -> Project:
    return get_project(session, member, project_id)


@pytest.mark.slow
def test_a_turned_relation_is_told_as_concept_drift_and_a_stable_one_is_not(store: str, member: Member) -> None:
    random = np.random.default_rng(1)
    starts = [MARCH.replace(month=month) for month in (3, 4, 5, 6)]
    with transaction() as session:
        turned = [a_month(random, start, turned=0.4 * (start.month > 4)) for start in starts]
        project_id, model_id = a_stage(session, turned)

    with reading() as session:
        project = project_of(session, member, project_id)
        found = promises_of(session, project, Wanted(model_id, "accuracy", Grain.MONTH), JULY)
        early = promises_of(session, project, Wanted(model_id, "accuracy", Grain.MONTH), MARCH)

    assert found is not None
    assert early is not None
    assert [gap.is_worse("accuracy") for gap in found.gaps] == [False, False, True, True]
    assert found.sentence.endswith("promised in June 2026: beyond the band in 2 of the last 3, concept drift.")
    assert chart.gaps_of(found).worse == (False, False, True, True)
    assert len(chart.figure(chart.gaps_of(found)).data) == 4
    assert found.points[0].estimate is not None
    assert found.points[0].estimate.value == pytest.approx(0.75, abs=0.05)


def test_periods_that_wait_for_labels_are_filled_in_and_no_others(sqlite_store: str, member: Member) -> None:
    random = np.random.default_rng(2)
    with transaction() as session:
        months = [a_month(random, MARCH.replace(month=m), known=m < 5) for m in (3, 4, 5)]
        project_id, model_id = a_stage(session, months)

    with reading() as session:
        project = project_of(session, member, project_id)
        view = DecayView("f1")
        points = decay_points(bucket_series(session, [project_id], "global"), view, JULY)
        filled = fill_in(session, project, points, "f1", view.reach, JULY)
        nobody = promises_of(session, project, Wanted(99, "f1", Grain.MONTH), JULY)

    assert [point.mature for point in points] == [True, True, False]
    assert [(point.period.month, point.n) for point in filled] == [(5, 400)]
    assert filled[0].estimate is not None
    assert nobody is None
