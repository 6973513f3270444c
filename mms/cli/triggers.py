"""Triggers: made, listed, edited, checked."""

from argparse import ArgumentParser, BooleanOptionalAction, Namespace, _SubParsersAction

from db.queries.decay import firings, triggers
from db.queries.projects import get_project_named
from db.session import reading, transaction
from mms.cli.console import Output, acting, group, table, verb
from mms.domain.triggers import TriggerChanges, TriggerDraft, TriggerKind
from mms.usecases.triggers import check_triggers, create_trigger, delete_trigger, edit_trigger


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of triggers."""
    noun = group(verbs, "triggers", "triggers: list, add, edit, delete, check")
    verb(noun, "list", "list triggers with how far they are", _list).add_argument("project", help="name or id")
    add = verb(noun, "add", "add a trigger", _add)
    add.add_argument("project", help="name or id")
    add.add_argument("kind", choices=[kind.value for kind in TriggerKind])
    add.add_argument("threshold", type=float, help="size: new labelled rows; time: days; decay: fall of the metric")
    add.add_argument("--cooldown-days", type=float, default=30.0, help="rest after a firing")
    edit = verb(noun, "edit", "change a trigger; what is left out stays", _edit)
    edit.add_argument("trigger", type=int, help="id")
    edit.add_argument("--threshold", type=float)
    edit.add_argument("--cooldown-days", type=float)
    edit.add_argument("--enabled", action=BooleanOptionalAction, help="switch it on or off")
    verb(noun, "delete", "delete a trigger; its firings stay", _delete).add_argument("trigger", type=int, help="id")
    check = verb(noun, "check", "read every trigger; those that fire launch a retraining", _check)
    check.add_argument("project", help="name or id")


def _list(args: Namespace) -> Output:
    member, now = acting()
    with reading() as session:
        project = get_project_named(session, member, args.project)
        found = triggers(session, project, project.present(now))
        fired = firings(session, project.id)
    rows = [
        {
            "id": row.trigger.id,
            "rule": row.trigger.words,
            "on": "yes" if row.trigger.enabled else "no",
            "share": f"{row.reading.share:.0%}",
            "reading": row.reading.sentence,
        }
        for row in found
    ]
    document = {"triggers": found, "firings": fired}
    return Output(document, table(rows, "There are no triggers yet: add one with 'triggers add'."))


def _add(args: Namespace) -> Output:
    member, now = acting()
    draft = TriggerDraft(TriggerKind(args.kind), args.threshold, args.cooldown_days)
    with transaction() as session:
        project = get_project_named(session, member, args.project)
        made = create_trigger(session, member, project.id, draft, project.present(now))
    return Output({"trigger": made}, [f"Trigger {made} watches."])


def _edit(args: Namespace) -> Output:
    member, _ = acting()
    with transaction() as session:
        edit_trigger(session, member, args.trigger, TriggerChanges(args.threshold, args.cooldown_days, args.enabled))
    return Output({"trigger": args.trigger}, [f"Trigger {args.trigger} is changed."])


def _delete(args: Namespace) -> Output:
    member, now = acting()
    with transaction() as session:
        delete_trigger(session, member, args.trigger, now)
    return Output({"trigger": args.trigger}, [f"Trigger {args.trigger} is deleted; its firings stay."])


def _check(args: Namespace) -> Output:
    member, now = acting()
    with transaction() as session:
        project = get_project_named(session, member, args.project)
        launched = check_triggers(session, member, project.id, now)
    lines = [f"A trigger launched run {run}." for run in launched] or ["No trigger fires."]
    return Output({"runs": launched}, lines)
