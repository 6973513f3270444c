"""Segments: made, listed, deleted."""

from argparse import ArgumentParser, Namespace, _SubParsersAction

from db.queries.projects import get_project_named
from db.queries.segments import segments
from db.session import reading, transaction
from mms.cli.console import Output, acting, group, table, verb
from mms.cli.snapshots import condition
from mms.domain.segments import SegmentDraft
from mms.usecases.segments import create_segment, delete_segment


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of segments."""
    noun = group(verbs, "segments", "segments, named rules over features: list, add, delete")
    verb(noun, "list", "list a project's segments by name", _list).add_argument("project", help="name or id")
    add = verb(noun, "add", "add a segment: the rows for which every condition holds", _add)
    add.add_argument("project", help="name or id")
    add.add_argument("name")
    add.add_argument(
        "--where", action="append", required=True, nargs=3, metavar=("COLUMN", "OPERATOR", "VALUE"),
        help="a condition (repeat for more); OPERATOR: = != < <= > >= in; VALUE: text or JSON",
    )  # fmt: skip
    add.add_argument("--description", default="")
    verb(noun, "delete", "delete a segment", _delete).add_argument("segment", type=int, help="id")


def _list(args: Namespace) -> Output:
    member, _ = acting()
    with reading() as session:
        found = segments(session, get_project_named(session, member, args.project).id)
    rows = [{"id": segment.id, "name": segment.name, "rule": segment.words} for segment in found]
    return Output({"segments": found}, table(rows, "There are no segments yet: add one with 'segments add'."))


def _add(args: Namespace) -> Output:
    member, now = acting()
    draft = SegmentDraft(args.name, tuple(condition(*given) for given in args.where), args.description)
    with transaction() as session:
        project = get_project_named(session, member, args.project)
        made = create_segment(session, member, project.id, draft, now)
    return Output({"segment": made}, [f"Segment '{made.name}' (id {made.id}): {made.words}."])


def _delete(args: Namespace) -> Output:
    member, now = acting()
    with transaction() as session:
        delete_segment(session, member, args.segment, now)
    return Output({"segment": args.segment}, [f"Segment {args.segment} is deleted."])
