"""Feature tables: loaded, listed; and the declaration that joins them."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path

from sqlalchemy.orm import Session

from db.queries.column_notes import column_notes
from db.queries.projects import get_project_named
from db.queries.tables import feature_tables, find_instance_table, get_table_named
from db.session import reading, transaction
from mms.cli.console import Output, acting, group, table, verb
from mms.domain.column_notes import NoteDraft
from mms.domain.errors import Invalid
from mms.domain.tables import InstanceDraft, Join, TableSource, column_types
from mms.usecases.column_notes import note_columns
from mms.usecases.tables import declare_instances, load_table


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of feature tables and of the instance table."""
    tables = group(verbs, "table", "feature tables: load, list, columns, note")
    load = verb(tables, "load", "make a feature table of a CSV or Parquet file", _load)
    load.add_argument("project", help="name or id")
    load.add_argument("name", help="name of the new table")
    load.add_argument("file", type=Path)
    load.add_argument("--key", action="append", required=True, help="a key column (repeat for more)")
    load.add_argument("--time", help="the column that dates a row")
    load.add_argument("--type", action="append", default=[], metavar="COLUMN=TYPE", help="overrides an inferred type")
    verb(tables, "list", "list a project's feature tables", _list).add_argument("project", help="name or id")
    columns = verb(tables, "columns", "the columns of a feature table, and what is known of them", _columns)
    columns.add_argument("project", help="name or id")
    columns.add_argument("table", help="name")
    note = verb(tables, "note", "write what a column means, where it comes from, who answers for it", _note)
    note.add_argument("project", help="name or id")
    note.add_argument("table", help="name")
    note.add_argument("column")
    note.add_argument("--description", default="")
    note.add_argument("--source", default="", help="where its values come from")
    note.add_argument("--owner", default="", help="who answers for it")
    instances = group(verbs, "instances", "the instance table: declare")
    declare = verb(instances, "declare", "say what one learns from: base table, keys, target, joins", _declare)
    declare.add_argument("project", help="name or id")
    declare.add_argument("--base", required=True, help="the base table")
    declare.add_argument("--target", required=True, help="the column to predict")
    declare.add_argument("--key", action="append", required=True, help="a column of the entity key (repeat for more)")
    declare.add_argument("--time", help="the column with the prediction time")
    declare.add_argument("--label-time", help="the column that says when the label became known")
    declare.add_argument("--feature", action="append", help="a base column known before the prediction (default: all)")
    declare.add_argument(
        "--join",
        action="append",
        default=[],
        metavar="TABLE:COLUMN=COLUMN[,...][:as-of]",
        help="join a table on base column = its column; as-of takes its latest row before the prediction time",
    )


def _load(args: Namespace) -> Output:
    member, now = acting()
    source = TableSource(args.name, args.file, tuple(args.key), args.time, column_types(args.type))
    with transaction() as session:
        project = get_project_named(session, member, args.project)
        made = load_table(session, member, project.id, source, project.present(now))
    words = f"Table '{made.name}' has {made.row_count:,} rows and {len(made.columns)} columns."
    return Output({"table": made}, [words])


def _list(args: Namespace) -> Output:
    member, _ = acting()
    with reading() as session:
        project = get_project_named(session, member, args.project)
        found = feature_tables(session, project.id)
        declared = find_instance_table(session, project.id)
    rows = [{"id": t.id, "name": t.name, "rows": t.row_count, "key": ", ".join(t.key), "time": t.time} for t in found]
    document = {"tables": found, "instances": declared}
    return Output(document, table(rows, "There are no tables yet: make one with 'table load'."))


def _columns(args: Namespace) -> Output:
    member, _ = acting()
    with reading() as session:
        project = get_project_named(session, member, args.project)
        found = get_table_named(session, project.id, args.table)
        notes = column_notes(session, [found.id])
    said = {c.name: notes[found.id, c.name].said if (found.id, c.name) in notes else NoteDraft() for c in found.columns}
    rows = [
        {"column": c.name, "type": c.type, "means": n.description, "from": n.source, "owner": n.owner}
        for c in found.columns
        for n in (said[c.name],)
    ]
    columns = [{"name": c.name, "type": c.type, "note": notes.get((found.id, c.name))} for c in found.columns]
    return Output({"columns": columns}, table(rows, ""))


def _note(args: Namespace) -> Output:
    member, now = acting()
    draft = NoteDraft(args.description, args.source, args.owner)
    with transaction() as session:
        project = get_project_named(session, member, args.project)
        found = get_table_named(session, project.id, args.table)
        note_columns(session, member, found.id, {args.column: draft}, now)
        note = column_notes(session, [found.id]).get((found.id, args.column))
    words = f"Column '{args.column}' of '{found.name}' " + ("is described." if note else "has no note.")
    return Output({"note": note}, [words])


def _declare(args: Namespace) -> Output:
    member, now = acting()
    with transaction() as session:
        project = get_project_named(session, member, args.project)
        draft = InstanceDraft(
            base=args.base,
            target=args.target,
            entity_key=tuple(args.key),
            prediction_time=args.time,
            label_time=args.label_time,
            features=tuple(args.feature) if args.feature else None,
            joins=tuple(_join(session, project.id, text) for text in args.join),
        )
        declared = declare_instances(session, member, project.id, draft, project.present(now))
    words = f"Declared: {len(declared.features)} base features, {len(declared.joins)} joins, target {declared.target}."
    return Output({"instances": declared}, [words])


def _join(session: Session, project_id: int, text: str) -> Join:
    name, _, rest = text.partition(":")
    columns, _, mode = rest.partition(":")
    on = tuple(tuple(pair.split("=")) for pair in columns.split(","))
    if mode not in ("", "as-of") or any(len(pair) != 2 or not all(pair) for pair in on):
        raise Invalid(f"'{text}' is no join: write TABLE:COLUMN=COLUMN, with ':as-of' behind it where time counts.")
    found = get_table_named(session, project_id, name)
    return Join(found.id, found.name, tuple((pair[0], pair[1]) for pair in on), as_of=mode == "as-of")
