"""Champions: promoted, listed, rolled back."""

from argparse import ArgumentParser, Namespace, _SubParsersAction

from db.queries.models import get_model
from db.queries.openings import holdout_view
from db.queries.projects import get_project, get_project_named
from db.queries.promotions import champions
from db.session import acknowledged, reading
from mms.cli.console import Output, acting, moment, table, verb
from mms.domain.openings import looks
from mms.domain.promotions import GLOBAL, Seating
from mms.domain.scopes import SCOPES
from mms.usecases.openings import look_at_holdout
from mms.usecases.promotions import promote, roll_back


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of promotions."""
    seat = verb(verbs, "promote", "make a model champion of a scope", _promote)
    seat.add_argument("model", type=int, help="id")
    seat.add_argument("--reason", required=True, help="why, for those who come after")
    seat.add_argument("--scope", default=GLOBAL, help=SCOPES)
    seat.add_argument("--against-advice", action="store_true", help="seat it although the verdict is against it")
    listing = verb(verbs, "champions", "the champion of every scope", _champions)
    listing.add_argument("project", help="name or id")
    listing.add_argument("--as-of", help="at this moment (ISO time)")
    undo = verb(verbs, "rollback", "seat the champion before the present one again", _rollback)
    undo.add_argument("project", help="name or id")
    undo.add_argument("--reason", required=True, help="why, for those who come after")
    undo.add_argument("--scope", default=GLOBAL)


def _promote(args: Namespace) -> Output:
    member, now = acting()
    seating = Seating(args.model, args.reason, args.scope, args.against_advice)
    with reading() as session:
        model = get_model(session, args.model)
        project = get_project(session, member, model.ranked.project_id)
        look = look_at_holdout(session, member, args.model)
    with acknowledged() as session:
        promotion = promote(session, member, seating, project.present(now), look)
        view = holdout_view(session, args.model)
    lines = [f"{model.ranked.name} is champion of {args.scope}."]
    if view.opening is not None and view.opening.promotion_id == promotion:
        lines.append(f"Its hold-out of {view.opening.rows:,} rows was opened. {looks(len(view.openings))}")
    return Output({"promotion": promotion, "holdout": view}, lines)


def _champions(args: Namespace) -> Output:
    member, _ = acting()
    as_of = moment(args.as_of) if args.as_of else None
    with reading() as session:
        found = champions(session, get_project_named(session, member, args.project).id, as_of)
    rows = [
        {
            "scope": c.promotion.scope,
            "model": c.model.name,
            "id": c.model.id,
            "since": f"{c.promotion.promoted_at:%Y-%m-%d %H:%M}",
            "by": c.promotion.promoted_by,
            "reason": c.promotion.reason,
        }
        for c in found
    ]
    return Output({"champions": found}, table(rows, "There is no champion yet: seat one with 'promote'."))


def _rollback(args: Namespace) -> Output:
    member, now = acting()
    with acknowledged() as session:
        project = get_project_named(session, member, args.project)
        promotion = roll_back(session, member, project.id, project.present(now), scope=args.scope, reason=args.reason)
    return Output({"promotion": promotion}, [f"The champion before is back in {args.scope}."])
