"""Jobs: what is queued, running and done."""

from argparse import ArgumentParser, Namespace, _SubParsersAction

from db.queries.jobs import get_job, jobs, log_lines
from db.queries.projects import get_project_named
from db.session import reading
from mms.cli.console import Output, acting, table, verb


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verb jobs."""
    shown = verb(verbs, "jobs", "queued, running and finished work, newest first; or one job's log", _jobs)
    shown.add_argument("project", nargs="?", help="name or id (default: all)")
    shown.add_argument("--log", type=int, metavar="JOB", help="the log of one job")
    shown.add_argument("--limit", type=int, default=50)


def _jobs(args: Namespace) -> Output:
    member, _ = acting()
    with reading() as session:
        if args.log is not None:
            job, lines = get_job(session, args.log), log_lines(session, args.log)
            words = [f"{line.at:%Y-%m-%d %H:%M:%S} {line.level} {line.message}" for line in lines]
            return Output({"job": job, "log": lines}, words or [f"Job {job.id} is {job.state}; it logged nothing."])
        project = get_project_named(session, member, args.project).id if args.project else None
        found = jobs(session, project, max(1, args.limit))
    rows = [
        {"id": j.id, "kind": j.kind, "state": j.state, "done": f"{j.progress.share:.0%}", "doing": j.progress.doing}
        for j in found
    ]
    return Output({"jobs": found}, table(rows, "There are no jobs yet."))
