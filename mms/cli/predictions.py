"""Predictions: the champion asked from the command line."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from db.queries.projects import get_project_named
from db.queries.tables import get_instance_table
from db.session import acknowledged
from mms.cli.console import Output, acting, moment, pairs, read_json, table, verb
from mms.domain.errors import Invalid
from mms.domain.predictions import Request
from mms.domain.tables import InstanceTable
from mms.usecases.predictions import predict


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verb predict."""
    ask = verb(verbs, "predict", "ask the champion about rows, or about a stored entity", _predict)
    ask.add_argument("project", help="name or id")
    ask.add_argument("rows", nargs="?", help="a row or a list of rows as JSON (column: value); '-' reads stdin")
    ask.add_argument("--file", type=Path, help="JSON file with them")
    ask.add_argument("--entity", action="append", default=[], metavar="KEY=VALUE", help="a stored entity's key")


def _predict(args: Namespace) -> Output:
    member, now = acting()
    with acknowledged() as session:
        project = get_project_named(session, member, args.project)
        if args.entity:
            requests = [Request(pairs(args.entity, "entity key"))]
        else:
            rows = read_json(args.rows, args.file, "rows")
            declared = get_instance_table(session, project.id)
            requests = [_request(row, declared) for row in (rows if isinstance(rows, list) else [rows])]
        found = predict(session, member, project.id, requests, project.present(now), source="cli")
    lines = [
        {
            "id": p.id,
            "entity": p.entity,
            "answer": p.answer.label if p.answer.label is not None else p.answer.value,
            "score": None if p.answer.score is None else f"{p.answer.score:.4f}",
            "model": f"v{p.model_version}",
            "scope": p.scope,
        }
        for p in found
    ]
    return Output({"predictions": found}, table(lines, "There were no rows to answer."))


def _request(row: Any, declared: InstanceTable) -> Request:
    """A flat row: its key columns name the entity, its time is the moment, the rest are features."""
    if not isinstance(row, Mapping):
        raise Invalid("A row is a JSON object of column: value.")
    at = row.get(declared.prediction_time) if declared.prediction_time else None
    taken = {*declared.entity_key, declared.prediction_time} - set(declared.features)
    return Request(
        entity={column: row[column] for column in declared.entity_key if column in row},
        features={column: value for column, value in row.items() if column not in taken},
        at=moment(str(at)) if at is not None else None,
    )
