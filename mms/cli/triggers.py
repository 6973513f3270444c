"""Triggers: made, listed, edited, checked."""

from argparse import ArgumentParser, BooleanOptionalAction, Namespace, _SubParsersAction
from typing import Any

from db.queries.projects import get_project_named
from db.queries.triggers import firings, triggers
from db.session import reading, transaction
from mms.cli.console import Output, acting, group, table, verb
from mms.domain.errors import Invalid
from mms.domain.promotions import GLOBAL
from mms.domain.rules import Rule, Space, TriggerKind, WindowKind, rule_from_json
from mms.domain.triggers import TriggerChanges, TriggerDraft, as_document
from mms.usecases.trigger_previews import preview
from mms.usecases.triggers import check_triggers, create_trigger, delete_trigger, edit_trigger

_THRESHOLD = (
    "size: new labelled rows; time: days, or a cron expression in quotes; decay, estimated: fall of the metric; "
    "drift: score, 0 to 1; cost: what mistakes cost more than at promotion"
)


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of triggers."""
    noun = group(verbs, "triggers", "triggers: list, add, edit, delete, check")
    verb(noun, "list", "list triggers with how far they are", _list).add_argument("project", help="name or id")
    _rule_arguments(verb(noun, "add", "add a trigger", _add))
    _rule_arguments(verb(noun, "preview", "how far a rule is and when it would have fired; stores nothing", _preview))
    edit = verb(noun, "edit", "change a trigger; what is left out stays", _edit)
    edit.add_argument("trigger", type=int, help="id")
    edit.add_argument("--threshold", type=float, help="of a trigger with one condition")
    edit.add_argument("--cooldown-days", type=float)
    edit.add_argument("--enabled", action=BooleanOptionalAction, help="switch it on or off")
    edit.add_argument("--name")
    verb(noun, "delete", "delete a trigger; its firings stay", _delete).add_argument("trigger", type=int, help="id")
    check = verb(noun, "check", "read every trigger; those that fire launch a retraining", _check)
    check.add_argument("project", help="name or id")


def _rule_arguments(add: ArgumentParser) -> None:
    """What says a rule."""
    add.add_argument("project", help="name or id")
    add.add_argument("kind", choices=[kind.value for kind in TriggerKind])
    add.add_argument("threshold", help=_THRESHOLD)
    add.add_argument("--when", action="append", default=[], metavar="KIND=THRESHOLD", help="one more condition")
    add.add_argument("--needs", default="any", help="any, all, or how many conditions must hold at least")
    add.add_argument("--zone", default="UTC", help="time zone of cron expressions and quiet hours")
    add.add_argument("--metric", help="of decay and estimated; left out, the one the project is watched by")
    add.add_argument("--grain", default="month", help="day, week or month: the periods by which decay is judged")
    add.add_argument("--cooldown-days", type=float, default=30.0, help="rest after a firing")
    add.add_argument("--quiet", metavar="FROM-TO", help="hours in which nothing fires, such as 22:00-06:00")
    add.add_argument("--budget", metavar="FIRINGS/DAYS", help="at most so many firings, such as 2/30")
    add.add_argument("--minimum-labels", type=int, default=0, help="mature labels of the champion that it needs")
    add.add_argument("--window", help="all rows, a number of last days, 'since the snapshot' or 'since decay began'")
    add.add_argument("--space", choices=[space.value for space in Space], default="run", help="what is tried")
    add.add_argument("--scope", default=GLOBAL, help="global, group:COLUMN=VALUE or segment:NAME")
    add.add_argument("--name")


def _list(args: Namespace) -> Output:
    member, now = acting()
    with reading() as session:
        project = get_project_named(session, member, args.project)
        found = triggers(session, project, project.present(now))
        fired = firings(session, project.id)
    rows = [
        {
            "id": row.trigger.id,
            "name": row.trigger.name,
            "rule": row.trigger.words,
            "on": "yes" if row.trigger.enabled else "no",
            "share": f"{row.reading.share:.0%}",
            "reading": row.reading.sentence,
        }
        for row in found
    ]
    document = {"triggers": [as_document(row.trigger, row.reading) for row in found], "firings": fired}
    return Output(document, table(rows, "There are no triggers yet: add one with 'triggers add'."))


def _add(args: Namespace) -> Output:
    member, now = acting()
    draft = TriggerDraft(_rule(args), args.scope, args.name)
    with transaction() as session:
        project = get_project_named(session, member, args.project)
        made = create_trigger(session, member, project.id, draft, now)
    return Output({"trigger": made}, [f"Trigger {made} watches. {draft.rule.sentence}"])


def _preview(args: Namespace) -> Output:
    member, now = acting()
    draft = TriggerDraft(_rule(args), args.scope, args.name)
    with reading() as session:
        project = get_project_named(session, member, args.project)
        found = preview(session, member, project.id, draft, now)
    return Output(found.to_json(), [draft.rule.sentence, f"Now: {found.reading.sentence}", found.words])


def _rule(args: Namespace) -> Rule:
    """The rule that the arguments say."""
    pairs = [(args.kind, args.threshold), *(when.partition("=")[::2] for when in args.when)]
    quiet = args.quiet and args.quiet.partition("-")
    budget = args.budget and args.budget.partition("/")
    window = args.window and {"kind": args.window}
    last = args.window and args.window.isdecimal()
    value = {
        "conditions": [_condition(kind, threshold, args) for kind, threshold in pairs],
        "needs": int(args.needs) if args.needs.isdecimal() else args.needs,
        "cooldown_days": args.cooldown_days,
        "quiet": quiet and {"from": quiet[0], "to": quiet[2], "zone": args.zone},
        "budget": budget and {"firings": budget[0], "days": budget[2]},
        "minimum_labels": args.minimum_labels,
        "window": {"kind": WindowKind.LAST_DAYS, "days": int(args.window)} if last else window,
        "space": args.space,
    }
    return rule_from_json(value)


def _condition(kind: str, threshold: str, args: Namespace) -> dict[str, Any]:
    watched = {"kind": kind, "zone": args.zone}
    if kind in (TriggerKind.DECAY, TriggerKind.ESTIMATED):
        watched |= {"metric": args.metric, "grain": args.grain}
    if kind == TriggerKind.TIME and " " in threshold.strip():
        return {**watched, "cron": threshold}
    try:
        return {**watched, "threshold": float(threshold)}
    except ValueError:
        raise Invalid(f"'{threshold}' is no number: a threshold is {_THRESHOLD}.") from None


def _edit(args: Namespace) -> Output:
    member, now = acting()
    changes = TriggerChanges(args.threshold, args.cooldown_days, args.enabled, name=args.name)
    with transaction() as session:
        edit_trigger(session, member, args.trigger, changes, now)
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
