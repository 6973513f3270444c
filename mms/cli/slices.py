"""Slices: models ranked anew on a part of the rows."""

from argparse import ArgumentParser, Namespace, _SubParsersAction

from db.queries.projects import get_project_named
from db.queries.segments import get_segment_named
from db.session import reading
from mms.cli.console import Output, acting, group, table, verb
from mms.cli.snapshots import condition
from mms.domain.comparison import ids_of
from mms.domain.scores import METRICS
from mms.domain.slice_board import SliceAsked


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of slices."""
    noun = group(verbs, "slices", "parts of the rows: rank models on one")
    rank = verb(noun, "rank", "rank models on the rows of a segment or of conditions", _rank)
    rank.add_argument("project", help="name or id")
    rows = rank.add_mutually_exclusive_group(required=True)
    rows.add_argument("--segment", help="name of a segment")
    rows.add_argument(
        "--where", action="append", default=[], nargs=3, metavar=("COLUMN", "OPERATOR", "VALUE"),
        help="a condition (repeat for more); OPERATOR: = != < <= > >= in; VALUE: text or JSON",
    )  # fmt: skip
    rank.add_argument("--models", default="", help="ids, with commas (default: the best of the run or the snapshot)")
    rank.add_argument("--run", type=int, help="id of a run")
    rank.add_argument("--snapshot", type=int, help="id of a snapshot (default: that of the best model)")
    rank.add_argument("--metric", help="by which metric (default: the project's own)")


def _rank(args: Namespace) -> Output:
    from mms.usecases.slice_board import slice_board  # brings scikit-learn, which the other verbs need not wait for

    member, _ = acting()
    with reading() as session:
        project = get_project_named(session, member, args.project)
        conditions = tuple(condition(*given) for given in args.where)
        if args.segment is not None:
            conditions = get_segment_named(session, project.id, args.segment).conditions
        ids = tuple(ids_of(args.models))
        board = slice_board(
            session, member, SliceAsked(project.id, conditions, ids, args.run, args.snapshot, args.metric)
        )
    document = board.to_json()
    label = METRICS[board.metric].label
    rows = [
        {
            "place": one["place"], "model": one["name"], label: one["score"], "sd": one["sd"], "all rows": one["whole"],
            "against the first": one["against_first"],
        }
        for one in document["standings"]
    ]  # fmt: skip
    return Output({"slice": document}, [document["words"], *table(rows, "no models")])
