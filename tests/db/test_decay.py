"""Decay pages, trigger readings and health, from buckets that predictions and feedback would have filled."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from db import models as tables
from db.queries.decay import DecayView, decay_page, health
from db.queries.projects import get_project
from db.queries.situations import Watch
from db.queries.triggers import firings, triggers
from db.session import engine, reading, transaction
from mms.domain.buckets import Sums
from mms.domain.errors import Invalid
from mms.domain.members import Member
from mms.domain.projects import Project, ProjectDraft, Task
from mms.domain.promotions import Seating
from mms.domain.triggers import TriggerChanges, TriggerKind, draft_of
from mms.usecases.projects import create_project, set_clock
from mms.usecases.promotions import promote
from mms.usecases.triggers import check_triggers, create_trigger, delete_trigger, edit_trigger
from tests.answered import answered as counted_answers
from tests.wards import MARCH, a_model, a_snapshot, a_world, confused

HOLDOUT = confused(400, 200, 200, 1200)
"""F1 is 2/3."""

GOOD, BAD = confused(40, 20, 20, 120), confused(20, 60, 60, 60)
JULY = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture
def project(store: str, member: Member, now: datetime, tmp_path: Path) -> Project:
    """Wards with a champion since March that has a hold-out."""
    project_id = a_world(tmp_path, member, now)
    with transaction() as session:
        snapshot_id = a_snapshot(session, project_id, 1, now)
        model_id = a_model(session, project_id, snapshot_id, 1, now, holdout=HOLDOUT)
        promote(session, member, Seating(model_id, "the first one"), MARCH)
        return get_project(session, member, project_id)


def champion_of(project: Project) -> int:
    with reading() as session:
        page = decay_page(session, project, DecayView("f1"), JULY)
    assert page.champion is not None
    return page.champion.model.id


def answered(project: Project, *months: Sums, model_id: int | None = None) -> None:
    """One month of sums after another from March on, each in two hours."""
    model_id = model_id or champion_of(project)
    with transaction() as session:
        for i, sums in enumerate(months):
            hour = MARCH.replace(month=3 + i, day=2)
            rest = sums - confused(1, 0, 0, 0)
            counted_answers(session, project.id, model_id, hour, rest)
            counted_answers(session, project.id, model_id, hour + timedelta(days=20), confused(1, 0, 0, 0))


def test_a_month_is_the_sum_of_its_hours(project: Project) -> None:
    answered(project, GOOD, BAD, BAD)

    with reading() as session:
        page = decay_page(session, project, DecayView("f1"), JULY)

    assert [p.period.month for p in page.points] == [3, 4, 5]
    assert [p.estimate.value for p in page.points if p.estimate] == pytest.approx([2 / 3, 0.25, 0.25])
    assert page.reference is not None
    assert page.reference.value == pytest.approx(2 / 3)
    assert page.decay is not None
    assert (page.decay.decaying, page.decay.since) == (True, datetime(2026, 4, 1, tzinfo=UTC))
    assert (page.labelled, page.predicted) == (600, 600)
    assert [m.version for m in page.models] == [1]


def test_only_the_champions_months_are_judged_and_all_shown(project: Project, member: Member, now: datetime) -> None:
    old = champion_of(project)
    answered(project, GOOD, BAD, BAD)
    with transaction() as session:
        snapshot_id = a_snapshot(session, project.id, 2, now)
        model_id = a_model(session, project.id, snapshot_id, 2, now, holdout=HOLDOUT)
        promote(session, member, Seating(model_id, "fresh", against_advice=True), datetime(2026, 6, 1, tzinfo=UTC))

    with reading() as session:
        page = decay_page(session, project, DecayView("f1"), JULY)

    assert {p.model_id for p in page.points} == {old}
    assert page.decay is not None
    assert not page.decay.decaying
    assert len(page.promotions) == 2


def test_promotions_in_other_scopes_crowd_none_out(project: Project, now: datetime) -> None:
    model_id = champion_of(project)
    with transaction() as session:
        seat = {"project_id": project.id, "model_id": model_id, "promoted_by": "ada", "promoted_at": now}
        said = {"reason": "one user", "verdict": "the seat is empty", "against_advice": False}
        session.add_all(tables.Promotion(**seat, **said, scope=f"user:{i}") for i in range(101))

    with reading() as session:
        page = decay_page(session, project, DecayView("f1"), JULY)

    assert [promotion.scope for promotion in page.promotions] == ["global"]


def test_a_metric_of_another_task_is_refused(project: Project) -> None:
    for metric in ("rmse", "nonsense"):
        with reading() as session, pytest.raises(Invalid, match="choose one of"):
            decay_page(session, project, DecayView(metric), JULY)


def test_new_labels_are_those_after_the_champions_snapshot(project: Project) -> None:
    with transaction() as session:
        row = session.scalars(sa.select(tables.Snapshot)).one()
        row.time_to = datetime(2026, 2, 4, 10, tzinfo=UTC)

    with reading() as session:
        seen = Watch(session, project, MARCH)
        early = Watch(session, project, datetime(2026, 2, 5, 12, tzinfo=UTC))

        assert (seen.new_labels, early.new_labels) == (2, 1)


def test_each_decay_trigger_counts_falls_by_its_own_threshold(project: Project, member: Member) -> None:
    answered(project, GOOD, BAD, BAD)
    with transaction() as session:
        for threshold in (0.1, 0.6):
            create_trigger(session, member, project.id, draft_of(TriggerKind.DECAY, threshold), MARCH)

    with reading() as session:
        small, large = triggers(session, project, JULY)

    assert (small.reading.fires, large.reading.fires) == (True, False)


def test_a_firing_keeps_its_evidence_and_launches_one_retraining(project: Project, member: Member) -> None:
    answered(project, GOOD, BAD, BAD)
    with transaction() as session:
        create_trigger(session, member, project.id, draft_of(TriggerKind.DECAY, 0.05, 10), MARCH)
        create_trigger(session, member, project.id, draft_of(TriggerKind.TIME, 30), MARCH)

    with transaction() as session:
        launched = check_triggers(session, member, project.id, JULY)
    with transaction() as session:
        again = check_triggers(session, member, project.id, JULY + timedelta(days=60))

    assert len(launched) == 1
    assert again == []
    with reading() as session:
        (firing,) = firings(session, project.id, "global")
        decay, _ = triggers(session, project, JULY + timedelta(days=1))
        own, other = (decay_page(session, project, DecayView("f1", scope=key), JULY) for key in ("global", "user:7"))
    assert ([one.run_id for one in own.retrainings], own.firings) == (launched, (firing,))
    assert (other.retrainings, other.firings) == ((), ())
    assert (firing.run_id, firing.fired_at, firing.outcome) == (launched[0], JULY, "launched run 2")
    assert firing.name == "decay"
    assert firing.evidence["reading"] == "F1 0.667 → 0.250, surely, since April 2026."
    assert decay.trigger.last_fired_at == JULY
    assert "rests until" in decay.reading.sentence


def test_a_replaying_project_fires_in_its_present_and_queues_in_ours(project: Project, member: Member) -> None:
    today = JULY + timedelta(days=4000)
    with transaction() as session:
        set_clock(session, member, project.id, JULY)
        create_trigger(session, member, project.id, draft_of(TriggerKind.TIME, 60.0), MARCH)

    with transaction() as session:
        (run_id,) = check_triggers(session, member, project.id, today)

    with reading() as session:
        (fired,) = firings(session, project.id)
        assert fired.fired_at == JULY
        run = session.get_one(tables.Run, run_id)
        assert run.created_at == JULY
        assert session.get_one(tables.Job, run.job_id).created_at == today


def test_a_retraining_that_is_refused_is_an_outcome_and_loses_nothing(project: Project, member: Member) -> None:
    with transaction() as session:
        create_trigger(session, member, project.id, draft_of(TriggerKind.TIME, 30), MARCH)
        row = session.scalars(sa.select(tables.Run)).one()
        row.request = {"triples": [{"recipe": None}], "retraining": None}

    with transaction() as session:
        assert check_triggers(session, member, project.id, JULY) == []

    with reading() as session:
        (firing,) = firings(session, project.id)
    assert firing.run_id is None
    assert (firing.outcome or "").startswith("launched nothing: This is no ")


def test_without_a_champion_no_trigger_fires(store: str, member: Member, now: datetime, tmp_path: Path) -> None:
    project_id = a_world(tmp_path, member, now)
    with transaction() as session:
        create_trigger(session, member, project_id, draft_of(TriggerKind.SIZE, 1), now)

    with transaction() as session:
        assert check_triggers(session, member, project_id, now) == []


def test_a_trigger_is_edited_switched_off_and_deleted(project: Project, member: Member) -> None:
    with transaction() as session:
        trigger_id = create_trigger(session, member, project.id, draft_of(TriggerKind.TIME, 10), MARCH)
        edit_trigger(session, member, trigger_id, TriggerChanges(threshold=20, enabled=False), MARCH)

    with reading() as session:
        (row,) = triggers(session, project, JULY)
    assert row.trigger.rule.conditions[0].threshold == 20
    assert (row.trigger.rule.cooldown_days, row.reading.fires) == (30, False)
    assert "switched off" in row.reading.sentence
    with pytest.raises(Invalid), transaction() as session:
        edit_trigger(session, member, trigger_id, TriggerChanges(threshold=-1), MARCH)
    with transaction() as session:
        delete_trigger(session, member, trigger_id, JULY)
    with reading() as session:
        assert triggers(session, project, JULY) == []


def test_health_says_what_each_needs_first_those_in_need(project: Project, member: Member, now: datetime) -> None:
    answered(project, GOOD, BAD, BAD)
    with transaction() as session:
        create_project(session, member, ProjectDraft("Empty", Task.BINARY, positive_class="1"), now)

    with reading() as session:
        empty, wards = health(session, member, JULY)

    assert (empty.project.name, empty.action, empty.well) == ("Empty", "data", False)
    assert (wards.action, wards.well, wards.coverage) == ("retrain", False, 1.0)
    assert wards.sentence == (
        "Champion v1 logistic regression answers since 1 March 2026. Its F1 fell from 0.67 on its newest rows to 0.25 "
        "in May 2026, surely and since April 2026 (band 0.17 to 0.35, 100 % of labels known). Retrain?"
    )
    assert wards.spark == pytest.approx((2 / 3, 0.25, 0.25))


def test_health_names_a_challenger_that_beat_the_champion(project: Project, member: Member, now: datetime) -> None:
    champion = champion_of(project)
    newest = {
        "metric": "f1", "champion_model_id": champion, "champion": 0.3, "challenger": 0.5, "rows": 90, "source": "rows",
    }  # fmt: skip
    with transaction() as session:
        snapshot_id = a_snapshot(session, project.id, 2, now)
        a_model(session, project.id, snapshot_id, 2, now, newest=newest, state="challenger")

    with reading() as session:
        (row,) = health(session, member, now)

    assert (row.action, row.challengers) == ("promote", 1)
    assert "Challenger v2 logistic regression beat it" in row.sentence


def test_health_takes_as_many_statements_for_many_projects_as_for_one(
    project: Project, member: Member, now: datetime
) -> None:
    one = _statements(member, now)
    with transaction() as session:
        for i in range(5):
            made = create_project(session, member, ProjectDraft(f"P{i}", Task.BINARY, positive_class="1"), now)
            run = {"project_id": made.id, "number": 1, "kind": "selection", "state": "queued", "request": {}}
            session.add(tables.Run(**run, triples=1, launched_by="ada", created_at=now))

    assert _statements(member, now) == one


def _statements(member: Member, now: datetime) -> int:
    counted: list[str] = []

    def count(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        counted.append(statement)

    made = engine()
    sa.event.listen(made, "before_cursor_execute", count)
    with reading() as session:
        health(session, member, now)
    sa.event.remove(made, "before_cursor_execute", count)
    return len(counted)
