"""Diagnostics of models: listed, shown, asked for; the threshold of a binary model."""

import json
from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path
from typing import Any

import pandas as pd

from db.queries.diagnostics import diagnostics
from db.queries.models import get_model
from db.queries.projects import get_project
from db.session import reading, transaction
from mms.cli.console import Output, acting, group, table, verb
from mms.domain.diagnostics import DiagnosticKind, Question, asked, kind_named
from mms.domain.errors import Invalid, NotFound
from mms.domain.exports import csv_lines
from mms.domain.subjects import Subject, SubjectKind
from mms.domain.thresholds import Costs

_SHOWN = 20
"""Rows of a table that are printed; all of them are in the JSON and the file."""


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of diagnostics."""
    noun = group(verbs, "diagnostics", "visual checks of models as numbers: list, show, ask, threshold")
    listing = verb(noun, "list", "what was asked of a model", _list)
    show = verb(noun, "show", "the tables of a check, made now where stored rows suffice", _show)
    ask = verb(noun, "ask", "queue a check that takes fits or the whole pipeline", _ask)
    threshold = verb(noun, "threshold", "what the threshold of a binary model costs; or set it", _threshold)
    for one in (listing, show, ask, threshold):
        one.add_argument("model", type=int, help="id")
    for one in (show, ask):
        one.add_argument("kind", help=", ".join(kind.value.replace(" ", "-") for kind in DiagnosticKind))
        one.add_argument("--parameters", default="{}", help='as JSON, for instance {"class": "yes"}')
    show.add_argument("--table", help="only this table")
    show.add_argument("--csv", type=Path, help="write the table to a new file")
    threshold.add_argument("--set", type=float, help="from its next promotion on the model answers at this one")


def _list(args: Namespace) -> Output:
    with reading() as session:
        found = diagnostics(session, Subject(SubjectKind.MODEL, get_model(session, args.model).id))
    rows = [
        {"diagnostic": one.question.kind, "state": one.state, "fits": one.fits, "asked by": one.created_by}
        for one in found
    ]
    return Output({"diagnostics": found}, table(rows, "Nothing was asked of this model yet: 'diagnostics show' does."))


def _show(args: Namespace) -> Output:
    from mms.usecases.diagnostics import answer_to  # brings scikit-learn, which the other verbs need not wait for

    member, now = acting()
    found, tables = answer_to(transaction, member, _question(args), now)
    if args.table is not None and args.table not in tables:
        raise NotFound(f"The diagnostic '{args.kind}' has no table '{args.table}'; it has {', '.join(tables)}.")
    shown = {name: tables[name] for name in tables if args.table in (None, name)}
    records = {name: _records(frame) for name, frame in shown.items()}
    if args.csv is not None:
        frame = next(iter(shown.values()))
        rows = frame.astype(object).where(frame.notna(), "").itertuples(index=False, name=None)
        _write(args.csv, "".join(csv_lines([str(column) for column in frame.columns], rows)))
    lines = [line for name, rows in records.items() for line in ("", f"{name}:", *table(rows[:_SHOWN], "no rows"))]
    return Output({"diagnostic": found, "tables": records}, lines[1:])


def _ask(args: Namespace) -> Output:
    from mms.usecases.diagnostics import ask_for

    member, now = acting()
    with transaction() as session:
        found = ask_for(session, member, _question(args), now)
    line = f"'{found.question.kind.value}' of model {args.model} is {found.state.value}; fits it takes: {found.fits}."
    return Output({"diagnostic": found}, [line])


def _threshold(args: Namespace) -> Output:
    from mms.charts.thresholds import thresholds_of, words
    from mms.usecases.diagnostics import answer_to
    from mms.usecases.models import set_threshold

    member, now = acting()
    if args.set is not None:
        with transaction() as session:
            set_threshold(session, member, args.model, args.set, now)
    with reading() as session:
        model = get_model(session, args.model)
        costs = Costs.of(get_project(session, member, model.ranked.project_id).policy)
    question = asked(Subject(SubjectKind.MODEL, model.id), DiagnosticKind.THRESHOLDS)
    info = thresholds_of(model.id, model.ranked.name, answer_to(transaction, member, question, now)[1])
    at = 0.5 if model.threshold is None else model.threshold
    said = words(info, costs, at)
    return Output({"threshold": at, "cheapest": info.cheapest(costs), "costs": costs, "words": said}, [said])


def _question(args: Namespace) -> Question:
    try:
        parameters = json.loads(args.parameters)
    except ValueError as error:
        raise Invalid(f'The parameters are no JSON ({error}): write them as {{"class": "yes"}}.') from error
    if not isinstance(parameters, dict):
        raise Invalid('The parameters are no JSON object: write them as {"class": "yes"}.')
    return asked(Subject(SubjectKind.MODEL, args.model), kind_named(args.kind), parameters)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise Invalid(f"'{path}' cannot be written ({error.strerror}): name a new file.") from error
