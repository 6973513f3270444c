"""The model table of a project: filtered, sorted, with the columns one asks for."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from db.queries.model_export import every_row, export_names
from db.queries.model_options import parameter_names
from db.queries.model_search import search
from db.queries.models import PAGE
from db.queries.projects import get_project_named
from db.queries.runs import get_run
from db.queries.snapshots import get_snapshot
from db.session import reading
from mms.cli.console import Output, acting, table, verb
from mms.domain.errors import Invalid, NotFound
from mms.domain.exports import csv_lines
from mms.domain.filter_text import parsed
from mms.domain.filters import All, Comparison, Contains, Filter, ModelQuery, OneOf
from mms.domain.model_fields import Field, columns_named, field_named, fields_named
from mms.domain.models import ModelState
from mms.domain.plain import plain
from mms.domain.projects import Project
from mms.domain.runs import Run
from mms.domain.scores import METRICS
from mms.domain.snapshots import Snapshot
from mms.domain.tables import Operator
from mms.domain.triples import described

_SORTS = {"score": None, "newest": "created", "build time": "build_seconds", "artifact size": "size"}
"""Words for orders that are asked for most."""


def add_verb(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verb 'models'."""
    listing = verb(verbs, "models", "the model table of a project, best first", _list)
    listing.add_argument("project", help="name or id")
    listing.add_argument(
        "--where", default="", help="filter, like \"f1 > 0.8 AND (algorithm = 'svc' OR tag = 'prod')\""
    )
    listing.add_argument("--sort", default="score", help=f"{', '.join(_SORTS)}, or any field of a filter")
    way = listing.add_mutually_exclusive_group()
    way.add_argument("--descending", action="store_const", const=True, help="the greatest first")
    way.add_argument("--ascending", dest="descending", action="store_const", const=False, help="the least first")
    listing.add_argument("--column", action="append", default=[], help="also show this field (repeat for more)")
    listing.add_argument("--algorithm", action="append", default=[], help="only of this algorithm (repeat for more)")
    listing.add_argument("--state", action="append", default=[], choices=[state.value for state in ModelState])
    listing.add_argument("--run", type=int, help="only of this run, by its id")
    listing.add_argument("--snapshot", type=int, help="only of this snapshot, by its id")
    listing.add_argument("--text", default="", help="part of algorithm, recipe, hyperparameters, description or tags")
    listing.add_argument("--archived", action="store_true", help="archived models too")
    listing.add_argument("--after", help="cursor of the page before")
    listing.add_argument("--limit", type=int, default=PAGE)
    listing.add_argument("--csv", type=Path, metavar="FILE", help="write every model of the filter to a new file")


def _list(args: Namespace) -> Output:
    member, now = acting()
    with reading() as session:
        project = get_project_named(session, member, args.project)
        query = _query(session, project, args)
        if args.csv is not None:
            return _written(args.csv, _lines(session, project, query, now))
        page = search(session, project, query, project.present(now))
    metric = METRICS[project.primary_metric]
    rows = [
        {
            "id": m.id,
            "model": m.name,
            metric.label: f"{metric.natural(m.score):.4f} ± {m.score_sd:.4f}",
            "build s": f"{m.build_seconds:.2f}",
            "state": m.state,
            **{name: _shown(value) for name, value in page.values[m.id].items()},
            "tags": ", ".join(page.tags.get(m.id, ())),
            "hyperparameters": described(m.hyperparameters),
        }
        for m in page.models
    ]
    document = {"models": page.models, "after": page.after, "total": page.total_words, "tags": page.tags}
    empty = (
        "No model passes this filter." if query.where else "There are no models yet: launch a run with 'run launch'."
    )
    return Output({**document, "values": page.values}, table(rows, empty))


def _query(session: Session, project: Project, args: Namespace) -> ModelQuery:
    parameters = parameter_names(session, project.id)
    name = _SORTS.get(args.sort, args.sort)
    terms = [*_terms(session, project, args)]
    said = parsed(args.where, project.task, parameters)
    terms += [said] if said else []
    return ModelQuery(
        where=All(tuple(terms)) if len(terms) > 1 else terms[0] if terms else None,
        sort=fields_named([name], project.task, parameters)[0] if name else None,
        descending=args.descending,
        columns=columns_named(args.column, project.task, parameters),
        after=args.after,
        limit=args.limit,
        archived=args.archived,
    )


def _terms(session: Session, project: Project, args: Namespace) -> Iterator[Filter]:
    """What the short options say, as terms of the filter."""

    def field(name: str) -> Field:
        return field_named(name, project.task)

    if args.algorithm:
        yield OneOf(field("algorithm"), tuple(args.algorithm))
    if args.state:
        yield OneOf(field("state"), tuple(args.state))
    if args.run is not None:
        yield Comparison(field("run"), Operator.EQ, _number(project, get_run(session, args.run)))
    if args.snapshot is not None:
        yield Comparison(field("snapshot"), Operator.EQ, _number(project, get_snapshot(session, args.snapshot)))
    if args.text:
        yield Contains(field("text"), args.text)


def _number(project: Project, of: Run | Snapshot) -> int:
    """The number that a filter knows it by."""
    if of.project_id != project.id:
        raise NotFound(f"Project '{project.name}' has nothing of the id {of.id}: list what it has.")
    return of.number


def _lines(session: Session, project: Project, query: ModelQuery, now: datetime) -> Iterator[str]:
    rows = every_row(session, project, query, project.present(now))
    return csv_lines(export_names(project, query), ([plain(value) for value in row] for row in rows))


def _written(file: Path, lines: Iterator[str]) -> Output:
    count = -1  # the header is no model
    try:
        with file.open("x", encoding="utf-8", newline="") as opened:
            for line in lines:
                opened.write(line)
                count += 1
    except OSError as error:
        raise Invalid(f"'{file}' cannot be written ({error.strerror}): name a new file.") from error
    return Output({"file": file, "models": count}, [f"{file} holds {count:,} models."])


def _shown(value: Any) -> Any:
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else value
