"""Hotel bookings with their real label delay: does decay wait for labels, and is the true fall found?

A model of `is_canceled` is made outside by scikit-learn on 1 January 2016, from the bookings of July to September 2015
whose end was known by then. Its answers come in by `log import`: first those to its own training rows, out of fold, as
the reference; then, at the end of every quarter from 2016Q1 to 2017Q1, all bookings since with the truths that were
known by that day. A booking's label comes when the guest cancels, leaves or does not show up: half of a quarter's are
known at its end, cancellations first. The control is the same rule, which takes what is known of a month as if it were
all.
"""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.report import Bar, bar, report
from benchmarks.runs import MEMBER, SHARED
from db.migrate import migrate
from db.queries.decay import DecayPage, DecayView, decay_page, own_points
from db.queries.projects import get_project_named
from db.session import dispose, reading, transaction
from mms.domain.decay import EFFECT, MATURE_COVERAGE, judge_decay
from mms.domain.logs import LogColumns, LogRequest
from mms.domain.projects import Project, ProjectDraft, Task
from mms.ml.threads import one_thread
from mms.settings import settings
from mms.usecases.logs import import_log
from mms.usecases.projects import set_clock

FILE = SHARED / "hotel_bookings.csv.gz"
FIRST, LEARNT_TO, MADE = (pd.Timestamp(day) for day in ("2015-07-01", "2015-10-01", "2016-01-01"))
NEEDED = 2
"""Bad months among the last three make an alarm."""
LATER = ("booking_changes", "days_in_waiting_list", "assigned_room_type", "reservation_status")
"""Known only after the booking."""

NOT_ASKED = (*LATER, "is_canceled", "reservation_status_date", "booking_date", "arrival_date", "arrival_date_year")


@dataclass(frozen=True, slots=True)
class Seen:
    """A quarter's end. known: share of its labels by then; naive, true: its AUC by those, and by all labels.

    alarm: whether the product says that the model decays; control: whether the same rule does that takes every label
    as it comes. judged: the months that the product judged, waiting: the others that the control judged, with their
    share of labels and their AUC by then.
    """

    quarter: str
    known: float
    naive: float
    true: float
    alarm: bool
    control: bool
    judged: Mapping[str, tuple[float, float]]
    waiting: Mapping[str, tuple[float, float]]
    sentence: str


def main() -> int:
    """Print the table, or one JSON object; 1 when a bar is missed, 0 with a reason where the data are absent."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    options = parser.parse_args()
    if not FILE.exists():
        print(f"skipped: {FILE.name} is not there", file=sys.stderr)
        return report([], as_json=True) if options.json else 0
    return report(measured(), as_json=options.json)


def measured() -> list[Bar]:
    """False alarms, the control's alarms, how far what was judged is from the truth, and whether the fall is found."""
    rows = answered()
    with TemporaryDirectory(prefix="mms-hotel-") as home:
        os.environ["MMS_HOME"] = home
        os.environ.pop("MMS_DATABASE_URL", None)
        try:
            migrate(settings(), datetime.now(UTC))
            seen, last = watched(rows, Path(home) / "log.parquet")
        finally:
            dispose()
    assert last.reference is not None
    assert last.decay is not None
    live = rows[rows["at"] >= MADE]
    months = {str(month): auc(some) for month, some in live.groupby(live["at"].dt.strftime("%Y-%m"))}
    fell = {month for month, true in months.items() if last.reference.value - true > EFFECT}
    show(seen, last)
    outstanding = sum(one.alarm and min(share for share, _ in one.judged.values()) < MATURE_COVERAGE for one in seen)
    off = max((abs(value - months[m]) for one in seen for m, (_, value) in one.judged.items()), default=0.0)
    hasty = max(abs(value - months[m]) for one in seen for m, (_, value) in one.waiting.items())
    late = sum(not one.alarm and len(fell & set(one.judged)) >= NEEDED for one in seen)
    fallen = sum(last.reference.value - one.true > EFFECT for one in seen)
    control = sum(one.control for one in seen)
    return [
        bar("alarms from months whose labels are outstanding", outstanding, 0, ""),
        bar("alarms without a true fall", sum(one.alarm and not fell & set(one.judged) for one in seen), 0, ""),
        bar("alarms of the control, which takes labels as they come", control, 1, "", at_least=True),
        bar("AUC of a judged month, farthest from its truth; limit: of one that waits", off, hasty, ""),
        bar("quarters that truly fell", fallen, 1, "", at_least=True),
        bar("quarter ends without alarm though two mature months fell", late, 0, ""),
        bar("decay found when all labels are in", last.decay.decaying, 1, "", at_least=True),
    ]


def answered() -> pd.DataFrame:
    """The bookings with what the model said: to its training rows out of fold, to all others by itself."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.model_selection import cross_val_predict

    dates = ["booking_date", "arrival_date", "reservation_status_date"]
    rows = pd.read_csv(FILE, parse_dates=dates)
    rows = rows[rows["booking_date"] >= FIRST].sort_values("booking_date", kind="stable").reset_index(drop=True)
    asked = rows.drop(columns=list(NOT_ASKED))
    words = [name for name in asked if not pd.api.types.is_numeric_dtype(asked[name])]
    coded = asked.assign(**{str(name): pd.Categorical(asked[name]).codes.clip(max=254) for name in words})
    learnt = ((rows["booking_date"] < LEARNT_TO) & (rows["reservation_status_date"] < MADE)).to_numpy()
    model = HistGradientBoostingClassifier(max_depth=3, categorical_features=words, random_state=0)
    with one_thread():
        own = cross_val_predict(model, coded[learnt], rows["is_canceled"][learnt], cv=5, method="predict_proba")
        score = model.fit(coded[learnt], rows["is_canceled"][learnt]).predict_proba(coded)[:, 1]
    score[learnt] = own[:, 1]
    told = asked.assign(
        id=np.arange(len(rows)), at=rows["booking_date"], score=score, truth=rows["is_canceled"], learnt=learnt,
        truth_at=rows["reservation_status_date"],
    )  # fmt: skip
    return told[learnt | (rows["booking_date"] >= MADE)]


def watched(rows: pd.DataFrame, file: Path) -> tuple[list[Seen], DecayPage]:
    """What the product says at the end of every quarter, and when all labels are in."""
    draft = ProjectDraft("hotel", Task.BINARY, primary_metric="roc_auc", positive_class="1", clock=utc(MADE))
    log(rows[rows["learnt"]], file, draft)
    with reading() as session:
        project = get_project_named(session, MEMBER, "hotel")
    live, seen = rows[rows["at"] >= MADE], []
    for quarter in pd.period_range("2016Q1", "2017Q1", freq="Q"):
        end = (quarter + 1).start_time
        seen.append(seen_at(live[live["at"].dt.to_period("Q") == quarter], end, looked(live, end, file, project)))
    return seen, looked(live, rows["truth_at"].max() + pd.Timedelta(days=1), file, project)


def looked(live: pd.DataFrame, end: pd.Timestamp, file: Path, project: Project) -> DecayPage:
    """Log what was asked before a day with what was known by then, and open the decay page on that day."""
    with transaction() as session:
        set_clock(session, MEMBER, project.id, utc(end))
    asked = live[live["at"] < end]
    known = asked["truth_at"] < end
    told = {"truth": asked["truth"].astype("Int64").where(known), "truth_at": asked["truth_at"].where(known)}
    log(asked.assign(**told), file, project.id)
    with reading() as session:
        return decay_page(session, project, DecayView("roc_auc"), utc(end))


def log(rows: pd.DataFrame, file: Path, target: int | ProjectDraft) -> None:
    """Import rows as a stranger's file."""
    rows.drop(columns="learnt").to_parquet(file, index=False)
    columns = LogColumns(time="at", truth_time="truth_at")
    import_log(transaction, MEMBER, target, LogRequest(file, columns, "boosting", utc(MADE)), datetime.now(UTC))


def seen_at(rows: pd.DataFrame, end: pd.Timestamp, page: DecayPage) -> Seen:
    """rows: of the quarter that ends."""
    assert page.champion is not None
    assert page.decay is not None
    own = [p for p in own_points(page.points, page.champion) if p.period >= utc(MADE)]
    hasty = [replace(p, n=p.labelled, over=True, arrived=1.0) for p in own]
    told = {p: (p.coverage, p.estimate.value) for p in own if p.estimate}
    judged, waiting = (
        {f"{p.period:%Y-%m}": seen for p, seen in told.items() if p.mature is mature} for mature in (True, False)
    )
    known = rows["truth_at"] < end
    return Seen(
        quarter=str(rows["at"].iloc[0].to_period("Q")),
        known=float(known.mean()),
        naive=auc(rows[known]),
        true=auc(rows),
        alarm=page.decay.decaying,
        control=judge_decay(hasty, page.reference, "roc_auc").decaying,
        judged=judged,
        waiting=waiting,
        sentence=page.decay.sentence,
    )


def auc(rows: pd.DataFrame) -> float:
    """By scikit-learn, which the product's own is not taken from."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(rows["truth"], rows["score"]))


def show(seen: Sequence[Seen], last: DecayPage) -> None:
    """What was seen, on stderr: a row a quarter's end."""
    assert last.reference is not None
    assert last.decay is not None
    print(f"reference (out of fold, 2015Q3): AUC {last.reference.value:.3f}", file=sys.stderr)
    for one in seen:
        words = f"{one.quarter}: {one.known:.0%} of labels known, AUC {one.naive:.3f} by them, {one.true:.3f} by all"
        told = f"{'ALARM' if one.alarm else 'no alarm'} ({one.sentence}); control {'ALARM' if one.control else 'none'}"
        print(f"{words}; judged {', '.join(one.judged) or 'nothing'}: {told}", file=sys.stderr)
    print(f"all labels in: {last.decay.sentence}", file=sys.stderr)


def utc(at: pd.Timestamp) -> datetime:
    """A day's first instant."""
    moment: datetime = at.tz_localize("UTC").to_pydatetime()
    return moment


if __name__ == "__main__":
    sys.exit(main())
