"""Decay by other grains, by age and by segment; late, future, corrected and one-sided answers leave charts right."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from db.queries.buckets import BucketSeries
from db.queries.decay import MOST_POINTS, DecayView, decay_page, drawable
from db.queries.decay_age import age_page
from db.queries.decay_segments import segments_page
from db.queries.predictions import Asked, worst_first
from db.queries.projects import get_project
from db.session import reading, transaction
from mms.domain.buckets import Sums
from mms.domain.decay import Grain
from mms.domain.errors import Invalid
from mms.domain.members import Member
from mms.domain.predictions import Feedback
from mms.domain.projects import Project
from mms.domain.promotions import Seating
from mms.domain.scores import metrics_of
from mms.domain.segments import SegmentDraft
from mms.domain.tables import Condition, Operator
from mms.monitoring.sums import Series
from mms.usecases.buckets import fold_buckets
from mms.usecases.feedback import record_feedback
from mms.usecases.promotions import promote
from mms.usecases.segments import create_segment
from tests.answered import answered, put
from tests.summed import BINARY
from tests.wards import MARCH, a_model, a_snapshot, a_world, confused

HOLDOUT = confused(400, 200, 200, 1200)
GOOD, BAD = confused(40, 20, 20, 120), confused(20, 60, 60, 60)
JULY = datetime(2026, 7, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def project(store: str, member: Member, now: datetime, tmp_path: Path) -> Project:
    """Wards with a champion since March that has a hold-out."""
    project_id = a_world(tmp_path, member, now)
    with transaction() as session:
        snapshot_id = a_snapshot(session, project_id, 1, now)
        model_id = a_model(session, project_id, snapshot_id, 1, now, holdout=HOLDOUT)
        promote(session, member, Seating(model_id, "the first one"), MARCH)
        return get_project(session, member, project_id)


def fill(project: Project, *days: tuple[int, Sums]) -> None:
    """Answers of the champion so many days after its promotion."""
    with transaction() as session:
        champion = decay_page(session, project, DecayView("f1"), JULY).champion
        assert champion is not None
        for day, sums in days:
            answered(session, project.id, champion.model.id, MARCH + day * DAY, sums)


def test_days_add_up_to_weeks_and_months_of_one_truth(project: Project) -> None:
    fill(project, (0, GOOD), (1, BAD), (8, BAD), (40, GOOD))

    with reading() as session:
        pages = {grain: decay_page(session, project, DecayView("accuracy", grain), JULY) for grain in Grain}

    assert {grain: len(page.points) for grain, page in pages.items()} == {
        Grain.HOUR: 4, Grain.DAY: 4, Grain.WEEK: 4, Grain.MONTH: 2,
    }  # fmt: skip
    for page in pages.values():
        right = sum(p.estimate.value * p.labelled for p in page.points if p.estimate)
        assert right == pytest.approx(160 + 80 + 80 + 160)


def test_every_metric_of_the_task_has_points_where_its_sums_are_there(project: Project) -> None:
    fill(project, (0, GOOD))

    with reading() as session:
        for metric in metrics_of(project.task):
            (point,) = decay_page(session, project, DecayView(metric.name), JULY).points
            needs_scores = metric.name in ("roc_auc", "average_precision", "log_loss")
            assert (point.estimate is None) is needs_scores  # these answers gave no probabilities


def test_only_the_asked_days_are_read(project: Project) -> None:
    fill(project, (0, GOOD), (40, BAD))

    with reading() as session:
        page = decay_page(session, project, DecayView("f1", since=MARCH + 30 * DAY, until=JULY), JULY)
        with pytest.raises(Invalid, match="Nothing lies from 1 July 2026 to 1 March 2026"):
            decay_page(session, project, DecayView("f1", since=JULY, until=MARCH), JULY)

    assert [p.period.month for p in page.points] == [4]


def test_more_points_than_can_be_drawn_are_drawn_by_a_coarser_grain() -> None:
    hours = np.datetime64("2026-01-01", "s") + np.arange(MOST_POINTS + 1) * np.timedelta64(1, "h")
    counts = np.ones(len(hours), np.int64)

    assert drawable([BucketSeries(1, 1, hours, Series(BINARY, counts, counts))], Grain.HOUR) is Grain.DAY
    assert drawable([BucketSeries(1, 1, hours[1:], Series(BINARY, counts[1:], counts[1:]))], Grain.HOUR) is Grain.HOUR


@pytest.mark.slow
def test_of_more_hours_than_can_be_drawn_days_are_read(project: Project) -> None:
    with reading() as session:
        champion = decay_page(session, project, DecayView("f1"), JULY).champion
    assert champion is not None
    with transaction() as session:
        hours = [{"label": "yes", "predicted_at": MARCH + timedelta(hours=i)} for i in range(MOST_POINTS + 1)]
        put(session, project.id, champion.model.id, hours)
        fold_buckets(session, project.id, JULY)

    with reading() as session:
        all_of_it = decay_page(session, project, DecayView("accuracy", Grain.HOUR), JULY)
        since = MARCH + timedelta(hours=1)
        drawn = decay_page(session, project, DecayView("accuracy", Grain.HOUR, since=since), JULY)

    assert (all_of_it.grain, sum(p.n for p in all_of_it.points)) == (Grain.DAY, MOST_POINTS + 1)
    assert (drawn.grain, len(drawn.points)) == (Grain.HOUR, MOST_POINTS)


def test_answers_of_the_future_are_shown_and_not_judged(project: Project) -> None:
    fill(project, (0, GOOD), (31, BAD), (200, BAD))

    with reading() as session:
        page = decay_page(session, project, DecayView("f1"), JULY)

    assert [p.mature for p in page.points] == [True, True, False]
    assert page.points[-1].immature_because == "the period is not over"
    assert page.decay is not None
    assert not page.decay.decaying


def test_all_one_class_leaves_gaps_in_what_it_does_not_determine(project: Project) -> None:
    fill(project, (0, Sums(150, 150, {("no", "no"): 150})), (31, GOOD))

    with reading() as session:
        recall = decay_page(session, project, DecayView("recall"), JULY)
        accuracy = decay_page(session, project, DecayView("accuracy"), JULY)

    assert [p.estimate is None for p in recall.points] == [True, False]
    first = accuracy.points[0].estimate
    assert first is not None
    assert first.low is not None
    assert (first.value, first.low < 1) == (1.0, True)


def test_one_label_in_a_year_is_a_point_that_is_not_judged(project: Project) -> None:
    fill(project, (0, Sums(365, 1, {("yes", "yes"): 1})))

    with reading() as session:
        page = decay_page(session, project, DecayView("accuracy"), JULY)

    (point,) = page.points
    assert (point.labelled, point.n, point.mature) == (1, 365, False)
    assert point.estimate is not None
    assert page.decay is not None
    assert page.decay.sentence == "Too few labels yet to judge Accuracy."


def test_a_truth_corrected_ten_times_counts_once_and_as_it_was_said_last(project: Project, member: Member) -> None:
    fill(project, (0, GOOD))
    with reading() as session:
        before = decay_page(session, project, DecayView("accuracy"), JULY).points[0]
        one = worst_first(session, project.id, Asked("global", MARCH, JULY), 1)[0]
    said = [str(one.answer.label), str(one.truth)] * 5

    for i, truth in enumerate(said):
        with transaction() as session:
            record_feedback(
                session, member, project.id, [Feedback(one.id, truth, MARCH + DAY + timedelta(hours=i))], JULY
            )

    with reading() as session:
        after = decay_page(session, project, DecayView("accuracy"), JULY).points[0]
    assert (after.n, after.labelled, after.estimate) == (before.n, before.labelled, before.estimate)


def test_the_answers_of_a_period_come_wrong_ones_first_then_unknown_ones_last(project: Project) -> None:
    fill(project, (0, Sums(12, 9, {("yes", "yes"): 5, ("no", "yes"): 3, ("yes", "no"): 1})), (40, GOOD))

    with reading() as session:
        found = worst_first(session, project.id, Asked("global", MARCH, MARCH + 31 * DAY), 100)
        second = worst_first(session, project.id, Asked("global", MARCH, MARCH + 31 * DAY), 5, 5)

    wrong = [p.truth is not None and p.truth != p.answer.label for p in found]
    assert wrong == [True] * 4 + [False] * 8
    assert [p.truth is None for p in found] == [False] * 9 + [True] * 3
    assert [p.id for p in second] == [p.id for p in found[5:10]]


def test_versions_lie_over_one_another_by_age(project: Project, now: datetime) -> None:
    fill(project, (0, GOOD), (35, BAD))
    with transaction() as session:
        snapshot_id = a_snapshot(session, project.id, 2, now)
        second = a_model(session, project.id, snapshot_id, 2, MARCH + 35 * DAY)
        answered(session, project.id, second, MARCH + 36 * DAY, GOOD)

    with reading() as session:
        page = age_page(session, project, DecayView("accuracy"), JULY)

    assert page.step == 30
    assert [line.model.version for line in page.lines] == [1, 2]
    values = [[round(p.estimate.value, 2) for p in line.points if p.estimate] for line in page.lines]
    assert values == [[0.8, 0.4], [0.8]]
    assert page.lines[1].points[0].age == 0
    assert all(p.mature for line in page.lines for p in line.points)


def test_without_segments_none_is_told(project: Project) -> None:
    fill(project, (0, GOOD))

    with reading() as session:
        page = segments_page(session, project, DecayView("f1"), JULY)

    assert page.lines == ()


def test_baselines_know_only_what_was_before(project: Project) -> None:
    fill(project, (0, GOOD), (31, BAD))

    with reading() as session:
        page = decay_page(session, project, DecayView("accuracy"), JULY)

        told = decay_page(session, project, DecayView("accuracy", previous=True), JULY).baselines

    (one,) = page.baselines
    assert [rule.name for rule in told] == ["always the commonest class so far", "the label before"]
    assert [(at.month, round(value, 3)) for at, value in one.values] == [(4, 0.6)]


@pytest.mark.slow
def test_a_segment_that_falls_is_found_among_those_that_do_not(project: Project, member: Member) -> None:
    with transaction() as session:
        for name, operator in (("east", Operator.LT), ("west", Operator.GE)):
            condition = Condition("age", operator, 50)
            create_segment(session, member, project.id, SegmentDraft(name, (condition,)), MARCH)
        champion = decay_page(session, project, DecayView("f1"), JULY).champion
        assert champion is not None
        for week in range(8):
            at = MARCH + 7 * week * DAY
            worse = confused(20, 60, 60, 60) if week >= 5 else GOOD
            for age, sums in ((10, worse), (90, GOOD)):
                rows = [
                    {
                        "truth": truth,
                        "label": label,
                        "features": {"age": age},
                        "predicted_at": at,
                        "truth_at": at + DAY,
                    }
                    for (truth, label), count in sums.cells.items()
                    for _ in range(count)
                ]
                put(session, project.id, champion.model.id, rows)
        while fold_buckets(session, project.id, JULY):
            pass

    with reading() as session:
        page = segments_page(session, project, DecayView("accuracy", Grain.WEEK), JULY)
        only = decay_page(session, project, DecayView("accuracy", Grain.WEEK, segment="west"), JULY)
        east_rows, more = (
            worst_first(session, project.id, Asked("global", MARCH, JULY, "east"), 30, offset) for offset in (0, 30)
        )

    assert [(line.name, line.fell) for line in page.lines] == [("east", True), ("west", False)]
    east = page.lines[0].change
    assert east is not None
    assert east.worse_by == pytest.approx(0.4)
    assert [p.n for p in only.points] == [200] * 8
    assert {p.features["age"] for p in (*east_rows, *more)} == {10}
    assert len({p.id for p in (*east_rows, *more)}) == 60


def test_a_clock_that_jumps_leaves_each_answer_in_its_own_period(project: Project) -> None:
    fill(project, (40, BAD), (-400, GOOD), (0, GOOD), (39, BAD))

    with reading() as session:
        page = decay_page(session, project, DecayView("accuracy"), JULY)

    assert [(p.period.year, p.period.month, p.n) for p in page.points] == [
        (2025, 1, 200),
        (2026, 3, 200),
        (2026, 4, 400),
    ]
    assert page.decay is not None
    assert page.decay.newest is not None
    assert page.decay.newest.period.month == 4
