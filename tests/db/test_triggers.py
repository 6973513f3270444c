"""Triggers on a store: fired once by whoever looks, held back by rest, budget and quiet hours, and their gain."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from threading import Barrier

import pytest
import sqlalchemy as sa

from db import models as tables
from db.queries.projects import get_project
from db.queries.runs import best_triples, get_run, triples_of_run
from db.queries.situations import Watch
from db.queries.triggers import firings, triggers
from db.session import reading, transaction
from mms.domain.buckets import Sums
from mms.domain.errors import Invalid, NotFound
from mms.domain.jobs import JobState
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.promotions import Seating
from mms.domain.rules import Budget, Needs, Quiet, Space, Window, WindowKind
from mms.domain.triggers import Condition, Firing, Rule, TriggerChanges, TriggerDraft, TriggerKind, draft_of
from mms.usecases.gains import record_gains
from mms.usecases.projects import set_clock
from mms.usecases.promotions import promote
from mms.usecases.trigger_previews import preview
from mms.usecases.triggers import check_triggers, create_trigger, edit_trigger
from tests.answered import answered as counted_answers
from tests.wards import MARCH, a_model, a_snapshot, a_world

JULY = datetime(2026, 7, 1, tzinfo=UTC)
DAY = timedelta(days=1)
AGE = Condition(TriggerKind.TIME, 30)
MONDAYS = Condition(TriggerKind.TIME, cron="0 2 * * 1", zone="Europe/Berlin")


def confused(hits: int, misses: int, false: int, rest: int) -> Sums:
    cells = {("yes", "yes"): hits, ("yes", "no"): misses, ("no", "yes"): false, ("no", "no"): rest}
    return Sums(sum(cells.values()), sum(cells.values()), cells)


GOOD, BAD = confused(60, 30, 30, 80), confused(20, 60, 60, 60)


@pytest.fixture
def project(store: str, member: Member, now: datetime, tmp_path: Path) -> Project:
    """Wards with a champion since March."""
    project_id = a_world(tmp_path, member, now)
    with transaction() as session:
        model_id = a_model(session, project_id, a_snapshot(session, project_id, 1, now), 1, now, holdout=GOOD)
        promote(session, member, Seating(model_id, "the first one"), MARCH)
        return get_project(session, member, project_id)


def made(member: Member, project: Project, rule: Rule, at: datetime = MARCH) -> int:
    with transaction() as session:
        return create_trigger(session, member, project.id, TriggerDraft(rule), at)


def looked(member: Member, project: Project, at: datetime) -> int:
    """How many retrainings a look launches; each is over at once."""
    with transaction() as session:
        launched = check_triggers(session, member, project.id, at)
        session.execute(sa.update(tables.Job).values(state=JobState.SUCCEEDED.value))
        session.execute(sa.update(tables.Run).values(state=JobState.SUCCEEDED.value))
    return len(launched)


def fired(project: Project) -> list[Firing]:
    with reading() as session:
        return firings(session, project.id)


def test_two_workers_that_look_at_once_fire_a_trigger_once(project: Project, member: Member) -> None:
    made(member, project, Rule((AGE,), cooldown_days=0))
    together = Barrier(2)

    def look() -> list[int]:
        together.wait()
        with transaction() as session:
            return check_triggers(session, member, project.id, JULY)

    with ThreadPoolExecutor(2) as pool:
        launched = [run for look_ in [pool.submit(look) for _ in range(2)] for run in look_.result()]

    assert len(launched) == len(fired(project)) == 1


def test_a_rest_counts_the_projects_own_time(project: Project, member: Member) -> None:
    made(member, project, Rule((AGE,), cooldown_days=10))
    at = MARCH + 40 * DAY
    found = []
    for present in (at, at + 9 * DAY, at + 10 * DAY):
        with transaction() as session:
            set_clock(session, member, project.id, present)
        found.append(looked(member, project, JULY))

    assert found == [1, 0, 1]
    assert [firing.fired_at for firing in fired(project)] == [at + 10 * DAY, at]


def test_a_budget_bounds_the_firings_of_its_days(project: Project, member: Member) -> None:
    made(member, project, Rule((AGE,), cooldown_days=1, budget=Budget(2, 10)))
    start = MARCH + 40 * DAY

    found = [looked(member, project, start + i * DAY) for i in range(13)]

    assert found == [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0]


def test_nothing_fires_in_quiet_hours_and_the_first_look_after_them_does(project: Project, member: Member) -> None:
    made(member, project, Rule((AGE,), quiet=Quiet(time(22), time(6), "Europe/Berlin")))

    found = [looked(member, project, datetime(2026, 6, 1, hour, tzinfo=UTC)) for hour in (20, 23)]
    found += [looked(member, project, datetime(2026, 6, 2, hour, tzinfo=UTC)) for hour in (3, 4)]

    assert found == [0, 0, 0, 1]


def test_a_clock_fires_once_a_tick_and_a_tick_in_vain_is_over(project: Project, member: Member) -> None:
    clocked = Rule((MONDAYS,), cooldown_days=0)
    sized = Rule((MONDAYS, Condition(TriggerKind.SIZE, 10**6)), Needs.ALL, cooldown_days=0)
    first, second = (made(member, project, rule, datetime(2026, 10, 20, tzinfo=UTC)) for rule in (clocked, sized))
    monday = datetime(2026, 10, 26, 1, tzinfo=UTC)  # 02:00 in Berlin, the day after clocks went back

    minute = timedelta(minutes=1)
    looks = [monday - minute, monday, monday + minute, monday + 7 * DAY, monday + 7 * DAY + minute]
    found = [looked(member, project, at) for at in looks]

    assert found == [0, 1, 0, 1, 0]
    assert {firing.trigger_id for firing in fired(project)} == {first}
    with reading() as session:
        ticks = {row.trigger.id: row.trigger.ticks[MONDAYS] for row in triggers(session, project, looks[-1])}
    assert ticks[second] == ticks[first] == monday + 14 * DAY


def test_a_clock_that_ran_ahead_and_was_set_back_leaves_no_trigger_at_rest(project: Project, member: Member) -> None:
    aged = made(member, project, Rule((AGE,), cooldown_days=30, budget=Budget(1, 60)))
    weekly = made(member, project, Rule((MONDAYS,), cooldown_days=1))

    ahead = [looked(member, project, JULY + 3000 * DAY) for _ in range(2)]
    back = [looked(member, project, JULY) for _ in range(2)]
    later = looked(member, project, JULY + 7 * DAY)

    assert (ahead, back, later) == ([1, 1], [1, 0], 1)
    assert [firing.trigger_id for firing in fired(project)] == [weekly, aged, weekly, aged]


def test_a_rule_keeps_every_reading_as_evidence_and_hands_on_window_and_space(project: Project, member: Member) -> None:
    rule = Rule(
        (AGE, Condition(TriggerKind.SIZE, 10**6)), window=Window(WindowKind.LAST_DAYS, 28), space=Space.CHAMPION
    )
    made(member, project, rule)

    with transaction() as session:
        (run_id,) = check_triggers(session, member, project.id, JULY)

    (firing,) = fired(project)
    age, size = firing.evidence["conditions"]
    assert (age["kind"], age["threshold"], age["value"], age["holds"]) == ("time", 30, 122, True)
    assert (size["value"], size["holds"]) == (0, False)
    assert firing.evidence["data_from"] == MARCH.isoformat()
    with reading() as session:
        run = get_run(session, run_id)
        request = session.get_one(tables.Run, run_id).request["retraining"]
        origins = {triple.origin.value for triple in triples_of_run(session, run_id, "f1")}
    assert run.firing_id == firing.id
    assert request["selection"] == firing.evidence["window"]
    assert (request["selection"]["extent"], request["selection"]["amount"]) == ("last days", 28)
    assert origins == {"baseline", "champion"}


@pytest.mark.parametrize(
    ("kind", "condition"),
    [
        (WindowKind.SINCE_SNAPSHOT, ["seen_at", ">", "2026-02-06T10:00:00+00:00"]),
        (WindowKind.SINCE_DECAY, ["seen_at", ">=", "2026-04-01T00:00:00+00:00"]),
    ],
)
def test_a_window_begins_where_the_snapshot_ended_or_decay_began(
    project: Project, member: Member, kind: WindowKind, condition: list[str]
) -> None:
    rule = Rule((Condition(TriggerKind.DECAY, 0.05),), window=Window(kind), space=Space.CHAMPION)
    made(member, project, rule)
    answers(project, GOOD, BAD, BAD)

    assert looked(member, project, JULY) == 1

    (firing,) = fired(project)
    assert firing.evidence["window"]["conditions"] == [condition]
    assert firing.evidence["decaying_since"] == "2026-04-01T00:00:00+00:00"


def answers(project: Project, *months: Sums, model_id: int | None = None, first: int = 3) -> None:
    """A month of answers after another."""
    with transaction() as session:
        model_id = model_id or session.scalar(sa.select(sa.func.min(tables.Model.id)))
        assert model_id is not None
        for i, sums in enumerate(months):
            counted_answers(session, project.id, model_id, MARCH.replace(month=first + i, day=2), sums)


def test_cost_and_labels_are_those_of_mature_periods(project: Project, member: Member) -> None:
    made(member, project, Rule((Condition(TriggerKind.COST, 100),), minimum_labels=600))
    answers(project, BAD, BAD)

    with reading() as session:
        watch = Watch(session, project, JULY)
        (few,) = triggers(session, project, JULY)
        early = Watch(session, project, datetime(2026, 4, 2, 9, tzinfo=UTC))
        young = Watch(session, project, datetime(2026, 3, 2, 9, tzinfo=UTC))
        assert (watch.labels, early.labels, young.labels) == (400, 200, 0)
    answers(project, BAD, first=5)
    with reading() as session:
        (enough,) = triggers(session, project, JULY)

    # 120 mistakes in 200 answers, where 60 were made at promotion.
    assert watch.cost.value == pytest.approx(120)
    assert (few.reading.fires, enough.reading.fires) == (False, True)
    assert "Only 400 of 600 mature labels are in" in few.reading.sentence


def test_a_rules_past_is_read_by_what_was_over_on_each_day(project: Project, member: Member) -> None:
    answers(project, GOOD, BAD, BAD)
    rule = Rule((Condition(TriggerKind.DECAY, 0.05), Condition(TriggerKind.DRIFT, 0.5)), cooldown_days=20)

    with reading() as session:
        either = preview(session, member, project.id, TriggerDraft(rule), JULY)
        both = preview(session, member, project.id, TriggerDraft(replace(rule, needs=Needs.ALL)), JULY)

    assert either.every is not None
    assert [at.date().isoformat() for at in either.fired_on] == ["2026-06-02", "2026-06-22"]
    assert either.words.endswith("Not read for the past: drift.")
    assert (both.fired_on, both.every) == ((), None)


def test_what_a_retraining_gained_is_filled_in_when_its_answers_are_mature(project: Project, member: Member) -> None:
    made(member, project, Rule((AGE,), cooldown_days=365))
    answers(project, GOOD, BAD)
    with transaction() as session:
        (run_id,) = check_triggers(session, member, project.id, datetime(2026, 5, 1, tzinfo=UTC))
        snapshot_id = session.scalars(sa.select(tables.Snapshot.id)).one()
        model_id = a_model(session, project.id, snapshot_id, 3, MARCH)
        session.get_one(tables.Model, model_id).run_id = run_id
        promote(session, member, Seating(model_id, "fresh", against_advice=True), datetime(2026, 5, 1, 1, tzinfo=UTC))
    answers(project, GOOD, model_id=model_id, first=5)
    answers(project, BAD, model_id=model_id, first=4)  # asked aside before it was seated, and the old one after
    answers(project, BAD, first=6)

    known = []
    for at in (datetime(2026, 5, 30, tzinfo=UTC), JULY, JULY):
        with transaction() as session:
            known.append(record_gains(session, member, project.id, at))

    (firing,) = fired(project)
    assert known == [0, 1, 0]
    assert firing.gain is not None
    assert firing.gain.paid_off
    assert (firing.gain.after, firing.gain.rows) == (pytest.approx(2 / 3), 120)
    assert firing.gain.before == pytest.approx(160 / 340)  # of March and April together
    assert firing.gain.against == "the old champion's last 2 months before it"


def test_a_gain_is_of_the_same_rows_where_both_champions_answered(project: Project, member: Member) -> None:
    made(member, project, Rule((AGE,), cooldown_days=365))
    answers(project, GOOD)
    with transaction() as session:
        old = session.scalars(sa.select(tables.Model.id)).one()
        (run_id,) = check_triggers(session, member, project.id, datetime(2026, 5, 1, tzinfo=UTC))
        snapshot_id = session.scalars(sa.select(tables.Snapshot.id)).one()
        new = a_model(session, project.id, snapshot_id, 3, MARCH)
        session.get_one(tables.Model, new).run_id = run_id
        promote(session, member, Seating(new, "fresh", against_advice=True), datetime(2026, 5, 1, 1, tzinfo=UTC))
        at = datetime(2026, 5, 2, tzinfo=UTC)
        counted_answers(session, project.id, new, at, confused(100, 20, 0, 0))
        session.flush()
        beside = session.scalars(sa.select(tables.Prediction).where(tables.Prediction.model_id == new)).all()
        for i, row in enumerate(beside):
            row.entity = str(i)
            session.add(
                tables.Prediction(
                    project_id=project.id, model_id=old, scope="global", entity=str(i), features={}, probabilities={},
                    label="no" if i % 2 else "yes", truth=row.truth, truth_at=row.truth_at, predicted_at=at,
                    created_at=at, source="log",
                )
            )  # fmt: skip
    with transaction() as session:
        assert record_gains(session, member, project.id, JULY) == 1

    (firing,) = fired(project)
    assert firing.gain is not None
    assert firing.gain.against == "the same 120 rows, which both answered"
    assert (firing.gain.before, firing.gain.after) == (pytest.approx(120 / 180), pytest.approx(200 / 220))


def test_the_projects_whole_space_is_its_best_plain_triples(project: Project, member: Member) -> None:
    made(member, project, Rule((AGE,), space=Space.PROJECT))
    with transaction() as session:
        snapshot_id = session.scalars(sa.select(tables.Snapshot.id)).one()
        for version in (2, 3, 4):
            a_model(session, project.id, snapshot_id, version, MARCH, score=version / 10)
        (run_id,) = check_triggers(session, member, project.id, JULY)

        assert [t.hyperparameters["c"] for t in best_triples(session, project.id, 2)] == [1, 4]
        tried = triples_of_run(session, run_id, "f1")
    kinds = sorted((triple.origin.value, triple.triple.hyperparameters.get("c")) for triple in tried)
    assert kinds == [("baseline", None), ("champion", 1), ("space", 2), ("space", 3), ("space", 4)]


def test_a_trigger_of_a_scope_watches_the_champion_of_that_scope(project: Project, member: Member) -> None:
    draft = draft_of(TriggerKind.TIME, 1)
    with transaction() as session:
        create_trigger(session, member, project.id, TriggerDraft(draft.rule, "group:ward=north"), MARCH)
        with pytest.raises(NotFound, match="no segment 'elderly'"):
            create_trigger(session, member, project.id, TriggerDraft(draft.rule, "segment:elderly"), MARCH)
        with pytest.raises(Invalid, match="too few labels"):
            create_trigger(session, member, project.id, TriggerDraft(draft.rule, "user:7"), MARCH)
    with reading() as session:
        (row,) = triggers(session, project, JULY)

    assert row.reading.sentence == "No champion yet: promote a model first."


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (Rule((Condition(TriggerKind.TIME, cron="0 0 31 2 *"),)), "never comes"),
        (Rule((Condition(TriggerKind.DECAY, 0.1, metric="rmse"),)), "cannot be watched"),
        (Rule((AGE,), quiet=Quiet(time(1), time(2), "Mars")), "no time zone"),
        (Rule((Condition(TriggerKind.DRIFT, 2),)), "at most 1"),
    ],
)
def test_a_trigger_that_could_never_fire_is_refused_and_nothing_is_stored(
    project: Project, member: Member, rule: Rule, told: str
) -> None:
    kept = made(member, project, Rule((AGE,)))
    with pytest.raises(Invalid, match=told), transaction() as session:
        create_trigger(session, member, project.id, TriggerDraft(rule), MARCH)
    with pytest.raises(Invalid, match=told), transaction() as session:
        edit_trigger(session, member, kept, TriggerChanges(rule=rule), MARCH)

    with reading() as session:
        (row,) = triggers(session, project, JULY)
    assert row.trigger.rule == Rule((AGE,))
