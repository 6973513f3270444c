"""How fast the features of predictions are counted by the bins of a reference, and how soon drift is read from that."""

import os
import sys
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.report import Bar, bar, report
from db.migrate import migrate
from db.queries.drift import drift_of
from db.queries.projects import get_project
from db.session import dispose, reading, transaction
from mms.domain.drift import LABEL, PROBABILITY, DriftView, FeatureKind
from mms.domain.members import Member
from mms.monitoring.references import learnt
from mms.settings import settings
from mms.usecases.drift import count_features
from mms.usecases.members import ensure_local_admin
from tests.drifted import a_reference, asked
from tests.wards import MARCH, a_model, a_snapshot, a_world

PREDICTIONS, AT_ONCE = 100_000, 10_000
NUMBERS, CATEGORIES = 8, 4
PER_SECOND, READ_MS = 20_000.0, 300.0


def main() -> int:
    """Print the table, or one JSON object; 1 when a bar is missed."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--predictions", type=int, default=PREDICTIONS)
    options = parser.parse_args()
    with TemporaryDirectory() as home:
        os.environ["MMS_HOME"] = home
        os.environ.pop("MMS_DATABASE_URL", None)
        migrate(settings(), MARCH)
        with transaction() as session:
            member = ensure_local_admin(session, MARCH)
        bars = measured(member, Path(home), options.predictions)
        dispose()
    return report(bars, as_json=options.json)


def measured(member: Member, home: Path, predictions: int) -> list[Bar]:
    """A week of predictions in each piece; all are counted as the worker does, then a year of drift is read."""
    project_id, chance = a_world(home, member, MARCH), np.random.default_rng(1)
    with transaction() as session:
        model_id = a_model(session, project_id, a_snapshot(session, project_id, 1, MARCH), 1, MARCH)
        a_reference(session, model_id, [
            *(learnt(name, FeatureKind.NUMBERS, values) for name, values in numbers(chance, AT_ONCE).items()),
            *(learnt(name, FeatureKind.CATEGORIES, values) for name, values in categories(chance, AT_ONCE).items()),
            learnt(LABEL, FeatureKind.CATEGORIES, ["yes", "no"] * 100),
            learnt(PROBABILITY, FeatureKind.NUMBERS, chance.random(1_000)),
        ], MARCH)  # fmt: skip
    for week in range(-(-predictions // AT_ONCE)):
        with transaction() as session:
            rows = {**numbers(chance, AT_ONCE), **categories(chance, AT_ONCE)}
            asked(session, project_id, model_id, MARCH + timedelta(weeks=week), rows)
    begun, work, counted = perf_counter(), process_time(), 0
    while some := count_features(transaction, project_id, MARCH):
        counted += some
    work, begun = process_time() - work, perf_counter() - begun
    with reading() as session:
        project, at = get_project(session, member, project_id), perf_counter()
        drift_of(session, project, model_id, DriftView(MARCH, MARCH + timedelta(days=365)), MARCH)
        milliseconds = 1_000 * (perf_counter() - at)
    what = f"{NUMBERS} numbers and {CATEGORIES} categories each"
    return [
        bar(f"predictions counted, {what}", counted / begun, PER_SECOND, "a second", at_least=True),
        bar("the same, a second of one core", counted / work, PER_SECOND, "a second", at_least=True),
        bar(f"a year of drift over {counted:,} predictions, with its way by week", milliseconds, READ_MS, "ms"),
    ]


def numbers(chance: np.random.Generator, n: int) -> dict[str, list[float]]:
    """Columns of numbers, of three digits."""
    return {f"number {i}": chance.normal(size=n).round(3).tolist() for i in range(NUMBERS)}


def categories(chance: np.random.Generator, n: int) -> dict[str, list[str]]:
    """Columns of six categories."""
    return {f"category {i}": chance.choice(list("abcdef"), n).tolist() for i in range(CATEGORIES)}


if __name__ == "__main__":
    sys.exit(main())
