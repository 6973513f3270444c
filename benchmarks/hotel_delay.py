"""Hotel bookings with their real label delay: does decay wait for labels, and is the true fall found?

A model of `is_canceled` is made outside by scikit-learn on 1 January 2016, from the bookings of July to September 2015
whose end was known by then. Its answers come in by `log import`: first those to its own training rows, out of fold, as
the reference; then, at the end of every quarter from 2016Q1 to 2017Q1, all bookings since with the truths that were
known by that day. A booking's label comes when the guest cancels, leaves or does not show up: half of a quarter's are
known at its end, cancellations first. The control is the same rule, which takes what is known of a month as if it were
all.

Against its training rows the model truly fell in every month, so there no alarm is false and to raise one is easy: what
counts is that each verdict is the one that all labels give of the same months, and which quarters went without. To see
false alarms, the same points are also held against the AUC that the model truly had over all these quarters: there the
control is led astray by the labels that come first.

The AUC of a judged month is off by the labels that are still out (under 5 %, and not any ones) and by the bins of the
scores. Together they are off by 0.0201 in one month, 0.0001 more than the least fall that counts; each has a bar of its
own here, by that effect and by the bound of the bins. The band of a month knows of rows drawn at random only: that of
the same month misses the truth.
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
from mms.domain.buckets import Estimate
from mms.domain.decay import EFFECT, MATURE_COVERAGE, Decay, DecayPoint, judge_decay
from mms.domain.logs import LogColumns, LogRequest
from mms.domain.projects import Project, ProjectDraft, Task
from mms.ml.threads import one_thread
from mms.monitoring.sums import BINS
from mms.settings import settings
from mms.usecases.logs import import_log
from mms.usecases.projects import set_clock

FILE = SHARED / "hotel_bookings.csv.gz"
FIRST, LEARNT_TO, MADE, LAST = (pd.Timestamp(day) for day in ("2015-07-01", "2015-10-01", "2016-01-01", "2017-04-01"))
NEEDED = 2
"""Bad months among the last three make an alarm."""
LATER = ("booking_changes", "days_in_waiting_list", "assigned_room_type", "reservation_status")
"""Known only after the booking."""

NOT_ASKED = (*LATER, "is_canceled", "reservation_status_date", "booking_date", "arrival_date", "arrival_date_year")


@dataclass(frozen=True, slots=True)
class Seen:
    """A quarter's end. known: share of its labels by then; naive, true: its AUC by those, and by all labels.

    points: the product's months by then; decay: what it says of them.
    """

    quarter: str
    known: float
    naive: float
    true: float
    points: Sequence[DecayPoint]
    decay: Decay

    @property
    def judged(self) -> list[DecayPoint]:
        """The months that the product judged."""
        return [p for p in self.points if p.mature]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Whether a model decays at a quarter's end, against some score.

    ours: by the product's rule; control: by the same rule, which takes every label as it comes; settled: by all labels
    of the months that ours judged; true: by all labels of all months.
    """

    ours: Decay
    control: Decay
    settled: Decay
    true: Decay


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
    """Alarms, true and false, of ours and of the control, and how far what was judged is from the truth."""
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
    assert last.champion is not None
    live = rows[rows["at"] >= MADE]
    full = {p.period: p for p in own_points(last.points, last.champion)}
    true = {utc(month.start_time): auc(some) for month, some in live.groupby(live["at"].dt.to_period("M"))}
    level = Estimate(auc(live[live["at"] < LAST]), None, None, len(live))
    at_seat, at_level = ([verdicts(one, full, score) for one in seen] for score in (last.reference, level))
    show(seen, last, at_seat, at_level, level, true)
    judged = [p for one in seen for p in one.judged]
    outstanding = sum(one.decay.decaying and any(p.coverage < MATURE_COVERAGE for p in one.judged) for one in seen)
    other = sum(one.decay.decaying != found.settled.decaying for one, found in zip(seen, at_seat, strict=True))
    other += sum(found.ours.decaying != found.settled.decaying for found in at_level)
    silent = sum(found.true.decaying and not found.ours.decaying for found in at_seat)
    few = sum(len(one.judged) < NEEDED for one in seen)
    first = next((found for found in at_seat if found.ours.decaying), None)
    late = max((abs(value_of(p) - value_of(full[p.period])) for p in judged), default=1.0)
    binned = max(abs(value_of(full[month]) - true[month]) for month in true)
    bound = max(shared_bins(some) for _, some in live.groupby(live["at"].dt.to_period("M")))
    return [
        bar("alarms from months whose labels are outstanding", outstanding, 0, ""),
        bar("verdicts that all labels of the judged months overturn", other, 0, ""),
        bar("false alarms against the AUC of these quarters", false_alarms(at_level)[0], 0, ""),
        bar("... of the control, which takes labels as they come", false_alarms(at_level)[1], 1, "", at_least=True),
        bar("quarter ends without alarm that all labels would give; limit: with under 2 judged", silent, few, ""),
        bar("onset of the first alarm is the one of all labels", same_onset(first), 1, "", at_least=True),
        bar("AUC of a judged month, how far by labels that are out", late, EFFECT, ""),
        bar("AUC of a month with all labels, how far by its bins", binned, bound, ""),
        bar("decay found when all labels are in", last.decay.decaying, 1, "", at_least=True),
    ]


def verdicts(one: Seen, full: Mapping[datetime, DecayPoint], score: Estimate) -> Verdicts:
    """full: the product's months when all labels are in."""
    hasty = [replace(p, n=p.labelled, over=True, arrived=1.0) for p in one.points]
    settled, all_labels = ([full[p.period] for p in some] for some in (one.judged, one.points))
    said = (judge_decay(some, score, "roc_auc") for some in (one.points, hasty, settled, all_labels))
    return Verdicts(*said)


def false_alarms(found: Sequence[Verdicts]) -> tuple[int, int]:
    """Of ours and of the control: how many all labels of the same months would not have given."""
    right = [one for one in found if not one.true.decaying]
    return sum(one.ours.decaying for one in right), sum(one.control.decaying for one in right)


def same_onset(first: Verdicts | None) -> bool:
    """Whether the first alarm says that the fall began when it did by all labels."""
    return first is not None and first.ours.since == first.true.since


def value_of(point: DecayPoint) -> float:
    """What a month with labels scored."""
    assert point.estimate is not None
    return point.estimate.value


def shared_bins(rows: pd.DataFrame) -> float:
    """By how much the AUC of binned scores may be off: half the chance that a row of each class share a bin."""
    shares = [
        np.histogram(rows["score"][rows["truth"] == truth], bins=BINS, range=(0, 1))[0] / (rows["truth"] == truth).sum()
        for truth in (0, 1)
    ]
    return float((shares[0] * shares[1]).sum() / 2)


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
    known = rows["truth_at"] < end
    return Seen(
        quarter=str(rows["at"].iloc[0].to_period("Q")),
        known=float(known.mean()),
        naive=auc(rows[known]),
        true=auc(rows),
        points=[p for p in own_points(page.points, page.champion) if p.period >= utc(MADE) and p.estimate],
        decay=page.decay,
    )


def auc(rows: pd.DataFrame) -> float:
    """By scikit-learn, which the product's own is not taken from."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(rows["truth"], rows["score"]))


def show(
    seen: Sequence[Seen],
    last: DecayPage,
    at_seat: Sequence[Verdicts],
    at_level: Sequence[Verdicts],
    level: Estimate,
    true: Mapping[datetime, float],
) -> None:
    """What was seen, on stderr: a row a quarter's end, then how near the judged months and the others were."""
    assert last.reference is not None
    assert last.decay is not None
    print(f"reference (out of fold, 2015Q3): AUC {last.reference.value:.3f}; since: {level.value:.3f}", file=sys.stderr)
    for one, seat, fallen in zip(seen, at_seat, at_level, strict=True):
        words = f"{one.quarter}: {one.known:.0%} of labels known, AUC {one.naive:.3f} by them, {one.true:.3f} by all"
        months = ", ".join(p.words for p in one.judged) or "nothing"
        told = f"{one.decay.sentence} Alarms against 2015Q3: {alarms(seat)}; against its AUC since: {alarms(fallen)}"
        print(f"{words}; judged {months}: {told}", file=sys.stderr)
    for name, mature in (("judged", True), ("waiting", False)):
        some = [p.estimate for one in seen for p in one.points if p.mature is mature]
        where = [true[p.period] for one in seen for p in one.points if p.mature is mature]
        off = [abs(e.value - t) for e, t in zip(some, where, strict=True) if e]
        missed = sum(not e.low <= t <= e.high for e, t in zip(some, where, strict=True) if e and e.low and e.high)
        print(f"{name}: {len(off)}, AUC off by up to {max(off):.4f}, {missed} bands miss the truth", file=sys.stderr)
    print(f"all labels in: {last.decay.sentence}", file=sys.stderr)


def alarms(found: Verdicts) -> str:
    """Who raises one."""
    said = {"ours": found.ours, "control": found.control, "all labels": found.true}
    return ", ".join(name for name, one in said.items() if one.decaying) or "none"


def utc(at: pd.Timestamp) -> datetime:
    """A day's first instant."""
    moment: datetime = at.tz_localize("UTC").to_pydatetime()
    return moment


if __name__ == "__main__":
    sys.exit(main())
