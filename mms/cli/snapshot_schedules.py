"""Schedules of snapshots: listed, added, changed, deleted."""

from argparse import ArgumentParser, BooleanOptionalAction, Namespace, _SubParsersAction

from db.queries.projects import get_project_named
from db.queries.snapshot_schedules import snapshot_schedules
from db.session import reading, transaction
from mms.cli.console import Output, acting, group, table, verb
from mms.domain.snapshot_schedules import ScheduleChanges, ScheduleDraft
from mms.domain.snapshots import Extent, Selection
from mms.usecases.snapshot_schedules import create_schedule, delete_schedule, edit_schedule


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of schedules."""
    noun = group(verbs, "schedules", "snapshots on a schedule: list, add, edit, delete")
    verb(noun, "list", "list schedules with their next time", _list).add_argument("project", help="name or id")
    add = verb(noun, "add", "take a snapshot again and again", _add)
    add.add_argument("project", help="name or id")
    add.add_argument("cron", help="minute, hour, day, month, weekday in quotes, such as '0 2 * * *'")
    add.add_argument("--zone", default="UTC", help="time zone whose clock it goes by, such as Europe/Berlin")
    add.add_argument("--last-days", type=int, help="only the newest rows; left out, all of them")
    edit = verb(noun, "edit", "change a schedule; what is left out stays", _edit)
    edit.add_argument("schedule", type=int, help="id")
    edit.add_argument("--cron")
    edit.add_argument("--zone")
    edit.add_argument("--enabled", action=BooleanOptionalAction, help="switch it on or off")
    delete = verb(noun, "delete", "delete a schedule; the snapshots it took stay", _delete)
    delete.add_argument("schedule", type=int, help="id")


def _list(args: Namespace) -> Output:
    member, _ = acting()
    with reading() as session:
        project = get_project_named(session, member, args.project)
        found = snapshot_schedules(session, project.id)
    rows = [
        {
            "id": one.id,
            "takes": one.words,
            "on": "yes" if one.enabled else "no",
            "next": f"{one.next_at:%Y-%m-%d %H:%M} UTC",
            "last": one.outcome,
        }
        for one in found
    ]
    return Output({"schedules": found}, table(rows, "There are no schedules yet: add one with 'schedules add'."))


def _add(args: Namespace) -> Output:
    member, now = acting()
    selection = Selection() if args.last_days is None else Selection(Extent.LAST_DAYS, args.last_days)
    with transaction() as session:
        project = get_project_named(session, member, args.project)
        made = create_schedule(session, member, project.id, ScheduleDraft(args.cron, args.zone, selection), now)
    return Output({"schedule": made}, [f"Schedule {made} takes snapshots."])


def _edit(args: Namespace) -> Output:
    member, now = acting()
    with transaction() as session:
        edit_schedule(session, member, args.schedule, ScheduleChanges(args.cron, args.zone, args.enabled), now)
    return Output({"schedule": args.schedule}, [f"Schedule {args.schedule} is changed."])


def _delete(args: Namespace) -> Output:
    member, now = acting()
    with transaction() as session:
        delete_schedule(session, member, args.schedule, now)
    return Output({"schedule": args.schedule}, [f"Schedule {args.schedule} is deleted; its snapshots stay."])
