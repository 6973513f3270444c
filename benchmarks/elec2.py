"""Elec2 week by week through the product: load, snapshot, run, promotion, prediction, feedback, trigger, retraining.

45,312 half hours of an electricity market, 1996 to 1998: will the price go UP or DOWN? One project never retrains. The
other has a weekly trigger: its retraining learns from the last 4 weeks, and the policy seats the challenger when it is
better on the newest rows. Both answer every row from the fifth week on. Runs are done here by the worker's own
registry of handlers; pictures, which nobody looks at, wait. The previous label as the prediction is counted from the
stream itself.
"""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.report import Bar, bar, report
from benchmarks.runs import MEMBER, SHARED
from db.migrate import migrate
from db.queries.buckets import bucket_series
from db.queries.models import best_models
from db.queries.triggers import firings
from db.session import dispose, reading, transaction
from mms.cli.worker import HANDLERS
from mms.domain.jobs import JobKind
from mms.domain.predictions import Feedback, Request
from mms.domain.projects import Policy, Project, ProjectDraft, PromotionPolicy, Task
from mms.domain.promotions import GLOBAL, Seating
from mms.domain.rules import Condition, Rule, Space, TriggerKind, Window, WindowKind
from mms.domain.runs import Launch
from mms.domain.snapshots import Selection
from mms.domain.tables import Column, ColumnType, InstanceDraft, TableSource
from mms.domain.triggers import TriggerDraft
from mms.domain.triples import Branch, Recipe, Step, Triple
from mms.ml.algorithms import algorithm_named
from mms.ml.recipes import checked_recipe
from mms.monitoring.metrics import metric_series
from mms.monitoring.sums import Series
from mms.settings import settings
from mms.usecases.feedback import record_feedback
from mms.usecases.jobs import claim, finish
from mms.usecases.predictions import predict
from mms.usecases.projects import create_project, set_clock
from mms.usecases.promotions import promote
from mms.usecases.runs import launch_run
from mms.usecases.snapshots import take_snapshot
from mms.usecases.tables import declare_instances, load_table
from mms.usecases.triggers import check_triggers, create_trigger
from mms.worker.child import End, done

FILE = SHARED / "elec2.csv.gz"
FEATURES = ("period", "nswprice", "nswdemand", "vicprice", "vicdemand", "transfer")
WEEK, HALF_HOUR = timedelta(days=7), timedelta(minutes=30)
FIRST_WEEKS = 4

PREVIOUS = 0.85330
WEEKLY = 0.77
MINUTES = 15.0


@dataclass(frozen=True, slots=True)
class Week:
    """What is asked in one week of the stream."""

    end: datetime
    rows: pd.DataFrame


def main() -> int:
    """Print the table, or one JSON object; 1 when a bar is missed, 0 with a reason where the data are absent."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--weeks", type=int, help="so many weeks only, for a quick look: the bars hold for all of them")
    options = parser.parse_args()
    if not FILE.exists():
        print(f"skipped: {FILE.name} is not there", file=sys.stderr)
        return report([], as_json=True) if options.json else 0
    return report(measured(options.weeks), as_json=options.json)


def measured(weeks: int | None) -> list[Bar]:
    """Four bars: the baseline, the accuracy without and with weekly retraining, and the minutes it took."""
    stream = rows()
    began = perf_counter()
    with TemporaryDirectory(prefix="mms-elec2-") as home:
        os.environ["MMS_HOME"] = home
        os.environ.pop("MMS_DATABASE_URL", None)
        os.environ["MMS_WORKERS"] = "1"  # each run is 26 fits of a moment: other processes take longer to start
        try:
            migrate(settings(), datetime.now(UTC))
            static, weekly = (played(stream, name, weeks) for name in ("without retraining", "weekly retraining"))
        finally:
            dispose()
    minutes = (perf_counter() - began) / 60
    labels = stream["class"]
    previous = float((labels.iloc[1:].to_numpy() == labels.iloc[:-1].to_numpy()).mean())
    return [
        bar(
            "previous label, counted from the stream: distance to 0.85330", abs(round(previous, 5) - PREVIOUS), 0.0, ""
        ),
        bar("accuracy without retraining", static, 0.0, "", at_least=True),
        bar("accuracy with weekly retraining by trigger", weekly, WEEKLY, "", at_least=True),
        bar("minutes, both projects", minutes, MINUTES, "min"),
    ]


def rows() -> pd.DataFrame:
    """The stream in time order, with times in UTC."""
    frame = pd.read_csv(FILE, usecols=["timestamp", *FEATURES, "class"], parse_dates=["timestamp"])
    frame["timestamp"] = frame["timestamp"].dt.tz_localize("UTC")
    return frame.assign(id=range(len(frame)))


def played(stream: pd.DataFrame, name: str, most: int | None) -> float:
    """Accuracy of a project that lives through the stream, as its buckets have it."""
    first = stream["timestamp"].iloc[0].to_pydatetime()
    start = first + FIRST_WEEKS * WEEK
    project = a_project(stream[stream["timestamp"] < start], name, start)
    if name.startswith("weekly"):
        with transaction() as session:
            create_trigger(session, MEMBER, project.id, TriggerDraft(weekly_rule(start)), start)
    spent = {"answers": 0.0, "truths": 0.0, "triggers": 0.0, "runs": 0.0}
    for i, week in enumerate(weeks_of(stream, start)):
        if most is not None and i >= most:
            break
        play(project, week, spent)
    said = ", ".join(f"{what} {seconds:.0f} s" for what, seconds in spent.items())
    with reading() as session:
        fired = firings(session, project.id, limit=1000)
        whole = accuracy(session, project)
    seated = sum("promoted" in (one.outcome or "") for one in fired)
    print(f"{name}: accuracy {whole:.4f}; {len(fired)} firings, {seated} promotions; {said}", file=sys.stderr)
    return whole


def a_project(first: pd.DataFrame, name: str, start: datetime) -> Project:
    """A project whose clock stands after the first weeks, with a champion that learnt from them."""
    draft = ProjectDraft(
        name=name,
        task=Task.BINARY,
        primary_metric="accuracy",
        positive_class="UP",
        policy=Policy(margin=0.0, promotion=PromotionPolicy.WHEN_BETTER),
        clock=start,
    )
    with TemporaryDirectory() as folder:
        file = Path(folder) / "market.csv"
        first.to_csv(file, index=False)
        with transaction() as session:
            project = create_project(session, MEMBER, draft, start)
            load_table(session, MEMBER, project.id, TableSource("market", file, ("id",), "timestamp"), start)
            declared = InstanceDraft("market", "class", ("id",), "timestamp", features=FEATURES)
            declare_instances(session, MEMBER, project.id, declared, start)
    snapshot = take_snapshot(transaction, MEMBER, project.id, Selection(), start)
    with transaction() as session:
        launch_run(session, MEMBER, Launch(snapshot.id, (logistic(),)), datetime.now(UTC))
    work_off()
    with transaction() as session:
        best = best_models(session, project.id)[0]
        promote(session, MEMBER, Seating(best.id, "the first to answer"), start)
    return project


def logistic() -> Triple:
    """Scaled numbers, and as many hits as possible."""
    columns = tuple(Column(name, ColumnType.NUMBER) for name in FEATURES)
    recipe = checked_recipe(Recipe("scaled", (Branch("numeric", (Step("scale", {}),)),)), columns)
    settings_ = algorithm_named("logistic", Task.BINARY).checked({"C": 10.0, "class_weight": None})
    return Triple(recipe, "logistic", settings_)


def weekly_rule(start: datetime) -> Rule:
    """Every week, at the hour at which the weeks of the stream end; learns from the last 4 of them."""
    clock = Condition(TriggerKind.TIME, cron=f"0 0 * * {start.isoweekday() % 7}")
    window = Window(WindowKind.LAST_DAYS, FIRST_WEEKS * 7)
    return Rule((clock,), cooldown_days=6.0, window=window, space=Space.CHAMPION)


def accuracy(session: Session, project: Project) -> float:
    """Of all answers of all champions, from the buckets."""
    found = bucket_series(session, [project.id], GLOBAL, parts=("cells",))
    totals = [one.series.total() for one in found]
    cells = np.sum([total.cells for total in totals if total.cells is not None], axis=0)
    n, labelled = (np.sum([getattr(total, name) for total in totals], axis=0) for name in ("n", "labelled"))
    return float(metric_series(Series(totals[0].layout, n, labelled, cells), "accuracy").value[0])


def weeks_of(stream: pd.DataFrame, start: datetime) -> Iterator[Week]:
    """The weeks from `start` on, in order."""
    last = stream["timestamp"].iloc[-1]
    while start <= last:
        end = start + WEEK
        yield Week(end, stream[(stream["timestamp"] >= start) & (stream["timestamp"] < end)])
        start = end


def play(project: Project, week: Week, spent: dict[str, float]) -> None:
    """Answer the week's rows, learn what was true half an hour later, move the clock, look at the triggers, retrain."""
    records = week.rows.to_dict("records")
    requests = [
        Request({"id": row["id"]}, {name: row[name] for name in FEATURES}, row["timestamp"].to_pydatetime())
        for row in records
    ]
    at = perf_counter()
    with transaction() as session:
        answers = predict(session, MEMBER, project.id, requests, week.end, source="batch")
    at = lap(spent, "answers", at)
    truths = [
        Feedback(answer.id, row["class"], min(answer.predicted_at + HALF_HOUR, week.end))
        for answer, row in zip(answers, records, strict=True)
    ]
    with transaction() as session:
        record_feedback(session, MEMBER, project.id, truths, week.end)
        set_clock(session, MEMBER, project.id, week.end)
    at = lap(spent, "truths", at)
    with transaction() as session:
        launched = check_triggers(session, MEMBER, project.id, datetime.now(UTC))
    at = lap(spent, "triggers", at)
    for _ in launched:
        work_off()
    lap(spent, "runs", at)


def lap(spent: dict[str, float], what: str, since: float) -> float:
    """Add the seconds since a moment; return the present one."""
    now = perf_counter()
    spent[what] += now - since
    return now


def work_off() -> None:
    """The next run, done as a worker's child does it."""
    with transaction() as session:
        job = claim(session, "benchmark", datetime.now(UTC))
    assert job is not None
    assert job.kind is JobKind.RUN
    outcome = done(job, HANDLERS)
    assert outcome.end is End.SUCCEEDED, outcome.sentence
    with transaction() as session:
        finish(session, job.id, job.attempt, datetime.now(UTC))


if __name__ == "__main__":
    sys.exit(main())
