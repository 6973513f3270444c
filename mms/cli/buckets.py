"""Buckets: compared with their rows, and counted again."""

from argparse import ArgumentParser, Namespace, _SubParsersAction

from db.queries.projects import get_project_named
from db.session import reading, transaction
from mms.cli.console import Output, acting, group, verb
from mms.usecases.recounts import check_buckets, rebuild_all


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of buckets."""
    buckets = group(verbs, "buckets", "the sums behind the charts: check, rebuild")
    checked = verb(buckets, "check", "compare the sums with the rows they count", _check)
    rebuilt = verb(buckets, "rebuild", "count all rows again; sums of dropped rows stay", _rebuild)
    for made in (checked, rebuilt):
        made.add_argument("project", help="name or id")


def _check(args: Namespace) -> Output:
    member, now = acting()
    with reading() as session:
        project = get_project_named(session, member, args.project)
    found = check_buckets(transaction, member, project.id, now)
    return Output({"check": found}, [found.sentence])


def _rebuild(args: Namespace) -> Output:
    member, now = acting()
    with reading() as session:
        project = get_project_named(session, member, args.project)
    count = rebuild_all(transaction, member, project.id, now)
    return Output({"buckets": count}, [f"The rows of '{project.name}' are counted again, in {count:,} buckets."])
