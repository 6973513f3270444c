"""The demo project: loaded, and walked through its year."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from datetime import UTC, datetime

from db.migrate import migrate
from db.queries.projects import get_project_named
from db.session import reading, transaction
from mms.cli.console import Output, acting, group, say, verb
from mms.domain.projects import Project
from mms.settings import settings


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of the demo."""
    demo = group(verbs, "demo", "the demo project: New York departures of 2013")
    verb(demo, "load", "load the demo project and queue its first run", _load)
    replay = verb(demo, "replay", "walk the demo on: predictions, feedback, triggers", _replay)
    replay.add_argument("--project", default="Flights", help="name or id of the project (default: Flights)")
    length = replay.add_mutually_exclusive_group()
    length.add_argument("--months", type=int, default=1, help="how many months (default: 1)")
    length.add_argument("--all-months", action="store_true", help="to the end of the year")
    replay.add_argument("--all", action="store_true", help="every flight instead of a seeded 2,000 a month")


def _load(_args: Namespace) -> Output:
    from mms.demo.load import load_demo

    migrate(settings(), datetime.now(UTC))
    member, now = acting()
    project = load_demo(transaction, member, now)
    return Output({"project": project}, [f"Project '{project.name}' is loaded; its first run is queued."])


def _replay(args: Namespace) -> Output:
    from mms.demo.replay import replay

    member, _ = acting()
    with reading() as session:
        project = get_project_named(session, member, args.project)
    months = _to_december(project) if args.all_months else args.months
    runs = replay(transaction, member, project.id, months, every_flight=args.all, say=say)
    fired = f"triggers launched {len(runs)} runs" if runs else "no trigger fired"
    return Output({"months": months, "runs": runs}, [f"Played {months} months; {fired}."])


def _to_december(project: Project) -> int:
    return 13 - project.clock.month if project.clock else 1
