"""Feedback: the later truth about predictions."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from db.queries.projects import get_project_named
from db.session import acknowledged
from mms.cli.console import Output, acting, moment, read_json, verb
from mms.domain.errors import Invalid
from mms.domain.predictions import Feedback
from mms.usecases.feedback import record_feedback


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verb feedback."""
    tell = verb(verbs, "feedback", "record the truth about predictions", _feedback)
    tell.add_argument("project", help="name or id")
    tell.add_argument("rows", nargs="?", help='JSON list of {"prediction_id", "truth", "known_at"}; \'-\' reads stdin')
    tell.add_argument("--file", type=Path, help="JSON file with it")
    tell.add_argument("--prediction", type=int, help="id of one prediction")
    tell.add_argument("--truth", help="its truth")
    tell.add_argument("--known-at", help="when it became known (ISO time; default: now)")


def _feedback(args: Namespace) -> Output:
    member, now = acting()
    with acknowledged() as session:
        project = get_project_named(session, member, args.project)
        present = project.present(now)
        truths = [_truth(row, present) for row in _rows(args)]
        recorded = record_feedback(session, member, project.id, truths, present)
    return Output({"recorded": recorded}, [f"Recorded {recorded} truths."])


def _rows(args: Namespace) -> list[Any]:
    if args.prediction is not None:
        if args.truth is None:
            raise Invalid("Say with --truth what was true.")
        return [{"prediction_id": args.prediction, "truth": args.truth, "known_at": args.known_at}]
    rows = read_json(args.rows, args.file, "truths")
    return rows if isinstance(rows, list) else [rows]


def _truth(row: Any, present: datetime) -> Feedback:
    if not (isinstance(row, Mapping) and isinstance(row.get("prediction_id"), int) and "truth" in row):
        raise Invalid('Each truth is an object such as {"prediction_id": 1, "truth": "late"}.')
    truth, known_at = row["truth"], row.get("known_at")
    text = str(truth).lower() if isinstance(truth, bool) else str(truth)
    return Feedback(row["prediction_id"], text, moment(str(known_at)) if known_at else present)
