"""Walk the demo project on through 2013: predictions, feedback when a flight has landed, buckets, triggers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from db.queries.members import find_member
from db.queries.predictions import latest_of
from db.queries.projects import get_project
from db.session import Transaction
from mms.demo.flights import KEY, YEAR_END, Period
from mms.domain.decay import month_of, next_month
from mms.domain.errors import Conflict, NotFound
from mms.domain.jobs import JobDraft, JobKind, Progress
from mms.domain.members import Member
from mms.domain.predictions import Feedback, Request
from mms.usecases.feedback import record_feedback
from mms.usecases.jobs import JobContext, enqueue
from mms.usecases.predictions import predict
from mms.usecases.projects import set_clock
from mms.usecases.replay import PRIORITY
from mms.usecases.triggers import check_triggers

A_MONTH = 2_000
"""Flights a month that the demo asks about (seeded); --all asks about every one."""

_TRUTH = ("late", "label_time")


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the replay: flights to predict in it, and flights whose truth becomes known in it."""

    start: datetime
    asked: pd.DataFrame
    landed: pd.DataFrame

    @property
    def end(self) -> datetime:
        """Where the next day begins."""
        return self.start + timedelta(days=1)


def days_of_month(start: datetime, *, every_flight: bool) -> Iterator[Day]:
    """The days of the month that begins at `start`, in order; a truth that comes after midnight comes on its day."""
    sample = None if every_flight else A_MONTH
    month = Period(start, next_month(start), sample).flights()
    flights = month
    if start.month > 3:
        flights = pd.concat([Period(month_of(start - timedelta(days=1)), start, sample).flights(), month])
    day = start
    while day < next_month(start):
        end = day + timedelta(days=1)
        asked = month[(month["prediction_time"] >= day) & (month["prediction_time"] < end)]
        landed = flights[(flights["label_time"] > day) & (flights["label_time"] <= end)]
        yield Day(day, asked, landed)
        day = end


def play_day(session: Session, member: Member, project_id: int, day: Day, now: datetime) -> list[int]:
    """Predict the day's flights, record the truths that became known, check the triggers; return launched runs.

    now: the real time, for the queue.
    """
    requests = [_request(row) for row in _records(day.asked)]
    if requests:
        predict(session, member, project_id, requests, day.end, source="replay")
    entities = {_entity(row): row for row in _records(day.landed)}
    asked = latest_of(session, project_id, list(entities))
    truths = [Feedback(p.id, entities[entity]["late"], entities[entity]["label_time"]) for entity, p in asked.items()]
    if truths:
        record_feedback(session, member, project_id, truths, day.end)
    set_clock(session, member, project_id, day.end)
    return check_triggers(session, member, project_id, now)


def replay(
    transaction: Transaction,
    member: Member,
    project_id: int,
    months: int,
    *,
    every_flight: bool = False,
    say: Callable[[str], None] = lambda words: None,
) -> list[int]:
    """Play months in this process, a transaction a day; return the runs that triggers launched."""
    launched: list[int] = []
    for _ in range(months):
        with transaction() as session:
            start = _month_to_play(session, member, project_id)
        for day in days_of_month(start, every_flight=every_flight):
            with transaction() as session:
                launched += play_day(session, member, project_id, day, datetime.now(UTC))
            say(_words(day))
    return launched


def replay_job(context: JobContext) -> None:
    """The worker's way: one month a job, a checkpoint a day, then the next month is queued."""
    arguments = context.job.arguments
    project_id, every_flight = arguments["project_id"], arguments["every_flight"]
    done = context.done()
    with context.transaction() as session:
        member = _member(session, arguments["member"])
        start = _month_of_job(session, member, project_id, done)
    days = list(days_of_month(start, every_flight=every_flight))
    for i, day in enumerate(days, 1):
        key = f"{day.start:%Y-%m-%d}"
        if key in done:
            continue

        def play(session: Session, day: Day = day) -> None:
            for run_id in play_day(session, member, project_id, day, context.now()):
                context.log(f"A trigger fired on {day.end:%d %B} and launched run {run_id}.")

        context.save(key, Progress(i, len(days), _words(day)), play)
    _queue_next(context, member, project_id)


def _month_to_play(session: Session, member: Member, project_id: int) -> datetime:
    """The month the project's clock stands in, or Conflict after the last one."""
    clock = get_project(session, member, project_id).clock
    if clock is None:
        raise Conflict("Only the demo project can be replayed: this one lives in real time.")
    start = month_of(clock)
    if start >= YEAR_END:
        raise Conflict("The year 2013 is over: delete the demo project and load it again to replay it.")
    return start


def _month_of_job(session: Session, member: Member, project_id: int, done: frozenset[str]) -> datetime:
    """The month a job began with, also when it is resumed on the month's last day. done: the days it played."""
    if done:
        return datetime.fromisoformat(min(done)).replace(day=1, tzinfo=UTC)
    return _month_to_play(session, member, project_id)


def _queue_next(context: JobContext, member: Member, project_id: int) -> None:
    """Queue the month after, below the runs that triggers launched in this one."""
    arguments = dict(context.job.arguments)
    with context.transaction() as session:
        clock = get_project(session, member, project_id).clock
        if arguments["months"] <= 1 or clock is None or clock >= YEAR_END:
            return
        arguments["months"] -= 1
        key = f"replay after job {context.job.id}"
        enqueue(session, JobDraft(JobKind.DEMO_REPLAY, arguments, project_id, PRIORITY, key), context.now())


def _member(session: Session, name: str) -> Member:
    member = find_member(session, name)
    if member is None:
        raise NotFound(f"The member '{name}' who asked for the replay is gone: ask for it again.")
    return member


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain Python values, missing ones as None."""
    records = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(k): v.to_pydatetime() if isinstance(v, pd.Timestamp) else v for k, v in r.items()} for r in records]


def _request(row: dict[str, Any]) -> Request:
    known = {name: value for name, value in row.items() if name not in _TRUTH}
    return Request({name: row[name] for name in KEY}, known, row["prediction_time"])


def _entity(row: dict[str, Any]) -> str:
    return "|".join(str(row[name]) for name in KEY)


def _words(day: Day) -> str:
    return f"{day.start:%d %B}: {len(day.asked)} predictions, {len(day.landed)} truths"
