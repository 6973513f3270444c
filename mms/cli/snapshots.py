"""Snapshots: taken, listed."""

import json
from argparse import ArgumentParser, Namespace, _SubParsersAction
from contextlib import suppress
from dataclasses import replace
from typing import Any

from db.queries.projects import get_project_named
from db.queries.snapshots import snapshots
from db.session import reading, transaction
from mms.cli.console import Output, acting, group, table, verb
from mms.domain.errors import Invalid
from mms.domain.snapshots import Dealing, Extent, FoldKind, HoldoutKind, HoldoutPlan, Selection
from mms.domain.tables import Condition, Operator
from mms.usecases.snapshots import take_snapshot


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of snapshots."""
    noun = group(verbs, "snapshot", "snapshots: take, list")
    take = verb(noun, "take", "freeze the instance table; the same content gives the existing snapshot", _take)
    take.add_argument("project", help="name or id")
    add_selection(take)
    add_dealing(take)
    verb(noun, "list", "list a project's snapshots, newest first", _list).add_argument("project", help="name or id")


def add_selection(parser: ArgumentParser) -> None:
    """The arguments that say which rows."""
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument("--last-days", type=int, help="rows of the last N days")
    extent.add_argument("--last-rows", type=int, help="the last N rows")
    parser.add_argument("--sample", type=int, help="a seeded sample of N rows")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--where", action="append", default=[], nargs=3, metavar=("COLUMN", "OPERATOR", "VALUE"),
        help="only rows for which this holds (repeat for more); OPERATOR: = != < <= > >= in; VALUE: text or JSON",
    )  # fmt: skip


def add_dealing(parser: ArgumentParser) -> None:
    """The arguments that say how rows are dealt."""
    parser.add_argument("--folds", choices=[kind.value for kind in FoldKind], help="how rows are dealt")
    parser.add_argument("--group", help="the column whose values folds by group keep together")
    parser.add_argument(
        "--holdout", choices=[*(kind.value for kind in HoldoutKind), "none"],
        help="rows that no fold and no final fit sees",
    )  # fmt: skip
    parser.add_argument("--holdout-share", type=float, default=0.15, help="of the rows, 0.01 to 0.5 (default: 0.15)")


def dealing(args: Namespace, policy: Dealing) -> Dealing | None:
    """The policy's dealing with what the arguments say in its place; None where they say nothing."""
    folds = args.folds is not None or args.group is not None
    if not folds and args.holdout is None:
        return None
    chosen = policy
    if folds:
        kind = FoldKind.BY_GROUP if args.folds is None else FoldKind(args.folds)
        chosen = Dealing(kind, args.group, policy.holdout)
    if args.holdout is None:
        return chosen
    plan = None if args.holdout == "none" else HoldoutPlan(HoldoutKind(args.holdout), args.holdout_share)
    return replace(chosen, holdout=plan)


def selection(args: Namespace) -> Selection:
    """The selection that the arguments say."""
    conditions = tuple(condition(*given) for given in args.where)
    if args.last_days is not None:
        return Selection(Extent.LAST_DAYS, args.last_days, conditions, args.sample, args.seed)
    if args.last_rows is not None:
        return Selection(Extent.LAST_ROWS, args.last_rows, conditions, args.sample, args.seed)
    return Selection(Extent.ALL, None, conditions, args.sample, args.seed)


def condition(column: str, operator: str, text: str) -> Condition:
    """The condition that three arguments say; Invalid names the operators."""
    if operator not in [known.value for known in Operator]:
        raise Invalid(f"'{operator}' is no operator: use one of {', '.join(known.value for known in Operator)}.")
    value: Any = text  # plain text needs no quotes
    with suppress(json.JSONDecodeError):
        value = json.loads(text)
    return Condition(column, Operator(operator), value)


def _take(args: Namespace) -> Output:
    member, now = acting()
    with reading() as session:
        project = get_project_named(session, member, args.project)
    asked = dealing(args, project.policy.dealing)
    taken = take_snapshot(transaction, member, project.id, selection(args), project.present(now), asked)
    lines = [
        f"{taken.name} has {taken.row_count:,} rows (id {taken.id}): {taken.fold_plan.words}.",
        *taken.profile.warnings,
    ]
    return Output({"snapshot": taken}, lines)


def _list(args: Namespace) -> Output:
    member, _ = acting()
    with reading() as session:
        found = snapshots(session, get_project_named(session, member, args.project).id)
    rows = [{"id": s.id, "name": s.name, "rows": s.row_count, "folds": s.fold_plan.kind} for s in found]
    return Output({"snapshots": found}, table(rows, "There are no snapshots yet: take one with 'snapshot take'."))
