"""Promotions in preparation: listed, drafted, asked for, scheduled, decided."""

from argparse import ArgumentParser, Namespace, _SubParsersAction

from db.queries.drafts import drafts, get_draft
from db.queries.projects import get_project_named
from db.session import acknowledged, reading
from mms.cli.console import Output, acting, group, moment, table, verb
from mms.domain.drafts import PromotionDraft
from mms.domain.promotions import GLOBAL, Seating
from mms.domain.scopes import SCOPES
from mms.usecases.drafts import (
    draft_promotion,
    publish_promotion,
    refuse_promotion,
    request_promotion,
    schedule_promotion,
    withdraw_promotion,
)
from mms.usecases.openings import look_at_holdout


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of promotions in preparation."""
    noun = group(verbs, "drafts", "promotions in preparation: list, add, request, schedule, publish, refuse, withdraw")
    listing = verb(noun, "list", "what waits, newest first", _list)
    listing.add_argument("project", help="name or id")
    listing.add_argument("--everything", action="store_true", help="decided ones too")
    add = verb(noun, "add", "prepare a promotion and decide nothing", _add)
    add.add_argument("model", type=int, help="id")
    add.add_argument("--reason", required=True, help="why, for those who come after")
    add.add_argument("--scope", default=GLOBAL, help=SCOPES)
    add.add_argument("--against-advice", action="store_true", help="seat it although the verdict is against it")
    for name, words, run in (
        ("request", "ask those who may promote", _request),
        ("schedule", "give it a time to come", _schedule),
        ("publish", "make the promotion now", _publish),
        ("refuse", "say no to who asked, and why", _refuse),
        ("withdraw", "take it back", _withdraw),
    ):
        act = verb(noun, name, words, run)
        act.add_argument("draft", type=int, help="id")
        if name == "schedule":
            act.add_argument("publish_at", help="when (ISO time)")
        if name == "refuse":
            act.add_argument("--reason", required=True, help="why not")


def _list(args: Namespace) -> Output:
    member, _ = acting()
    with reading() as session:
        opened = get_project_named(session, member, args.project)
        found = drafts(session, opened.id, everything=args.everything)
    rows = [{"id": draft.id, "promotion": draft.words, "reason": draft.reason} for draft in found]
    return Output({"drafts": found}, table(rows, "No promotion is in preparation: draft one with 'drafts add'."))


def _add(args: Namespace) -> Output:
    member, now = acting()
    with acknowledged() as session:
        seating = Seating(args.model, args.reason, args.scope, args.against_advice)
        return _told(draft_promotion(session, member, seating, now))


def _request(args: Namespace) -> Output:
    member, _ = acting()
    with acknowledged() as session:
        return _told(request_promotion(session, member, args.draft))


def _schedule(args: Namespace) -> Output:
    member, now = acting()
    with acknowledged() as session:
        return _told(schedule_promotion(session, member, args.draft, moment(args.publish_at), now))


def _publish(args: Namespace) -> Output:
    member, now = acting()
    with reading() as session:
        look = look_at_holdout(session, member, get_draft(session, args.draft).model_id)
    with acknowledged() as session:
        return _told(publish_promotion(session, member, args.draft, now, look))


def _refuse(args: Namespace) -> Output:
    member, now = acting()
    with acknowledged() as session:
        return _told(refuse_promotion(session, member, args.draft, args.reason, now))


def _withdraw(args: Namespace) -> Output:
    member, now = acting()
    with acknowledged() as session:
        return _told(withdraw_promotion(session, member, args.draft, now))


def _told(draft: PromotionDraft) -> Output:
    return Output({"draft": draft}, [f"{draft.id}: {draft.words}."])
