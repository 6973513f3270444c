"""Labels that are late: rows drawn, asked for one by one, answered; and what the random ones tell of the score."""

from argparse import ArgumentParser, Namespace, _SubParsersAction

from db.queries.label_requests import label_draws
from db.queries.projects import get_project_named
from db.session import acknowledged, reading
from mms.cli.console import Output, acting, group, moment, table, verb
from mms.domain.errors import Invalid
from mms.domain.label_requests import MOST, DrawDraft, Why
from mms.domain.promotions import GLOBAL
from mms.usecases.label_estimates import POINTS, LabelsWanted, label_estimate
from mms.usecases.label_requests import answer_label, draw_labels, skip_label, take_label, undo_label


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of labels."""
    noun = group(verbs, "labels", "labels that are late: list, draw, next, answer, skip, undo")
    shown = verb(noun, "list", "the draws, and the score by the newest random one", _list)
    draw = verb(noun, "draw", "draw rows without a truth to ask for", _draw)
    take = verb(noun, "next", "the next row, kept for you for ten minutes", _next)
    tell = verb(noun, "answer", "say what was true of a row", _answer)
    skip = verb(noun, "skip", "put a row behind the others", _skip)
    undo = verb(noun, "undo", "take your last answer back", _undo)
    for one in (shown, draw, take, tell, skip, undo):
        one.add_argument("project", help="name or id")
    shown.add_argument("--metric", help="default: the primary metric")
    shown.add_argument("--points", type=float, default=POINTS, help="how near it is to be known (default: 5)")
    for one in (shown, draw):
        one.add_argument("--scope", default=GLOBAL)
    for one in (draw, take):
        one.add_argument("--why", choices=[why.value for why in Why], default=Why.RANDOM.value)
    draw.add_argument("--since", type=moment, help="first day (UTC); default: 30 days before the end")
    draw.add_argument("--until", type=moment, help="the day after the last (UTC); default: now")
    draw.add_argument("--count", type=int, default=MOST, help=f"rows (default: {MOST})")
    for one in (tell, skip):
        one.add_argument("row", type=int, help="its number, as 'labels next' tells")
    tell.add_argument("truth", nargs="?", help="a class, or a number")
    tell.add_argument("--not-known", action="store_true", help="close the row without a truth")


def _list(args: Namespace) -> Output:
    member, _ = acting()
    with reading() as session:
        project = get_project_named(session, member, args.project)
        wanted = LabelsWanted(args.metric or project.primary_metric, args.scope, args.points)
        found, draws = label_estimate(session, project, wanted), label_draws(session, project.id)
    rows = [
        {
            "draw": one.draw.number, "why": one.draw.why.value, "scope": one.draw.scope, "from": one.draw.frame_n,
            "told": one.told, "came": one.came, "not known": one.not_known, "left": one.left,
        }
        for one in draws
    ]  # fmt: skip
    told = [line for line in (found.plain_sentence, found.beside) if line] if found else []
    empty = "Nothing is drawn yet: ask with 'labels draw'."
    return Output({"draws": draws, "estimate": found}, [*table(rows, empty), *told])


def _draw(args: Namespace) -> Output:
    member, now = acting()
    draft = DrawDraft(Why(args.why), args.scope, args.since, args.until, args.count)
    with acknowledged() as session:
        project = get_project_named(session, member, args.project)
        made = draw_labels(session, member, project.id, draft, now)
    return Output({"draw": made}, [f"Draw {made.number} from {made.frame_n:,} answers without a truth."])


def _next(args: Namespace) -> Output:
    member, now = acting()
    with acknowledged() as session:
        project = get_project_named(session, member, args.project)
        row = take_label(session, member, project.id, Why(args.why), now)
    if row is None:
        return Output({"row": None}, ["No row waits for you."])
    features = [{"feature": name, "value": row.prediction.features.get(name)} for name in row.features]
    asked = f"Row {row.id}: {row.prediction.entity}, {row.prediction.predicted_at:%Y-%m-%d %H:%M} UTC; {row.left} left."
    return Output({"row": row}, [asked, *table(features, "It has no features.")])


def _answer(args: Namespace) -> Output:
    if (args.truth is None) != args.not_known:
        raise Invalid("Say what was true, or --not-known, and not both.")
    member, now = acting()
    with acknowledged() as session:
        project = get_project_named(session, member, args.project)
        answer_label(session, member, project.id, args.row, args.truth, now)
    return Output({"row": args.row}, [f"Row {args.row} is closed."])


def _skip(args: Namespace) -> Output:
    member, now = acting()
    with acknowledged() as session:
        project = get_project_named(session, member, args.project)
        skip_label(session, member, project.id, args.row, now)
    return Output({"row": args.row}, [f"Row {args.row} is asked for again after the others."])


def _undo(args: Namespace) -> Output:
    member, now = acting()
    with acknowledged() as session:
        project = get_project_named(session, member, args.project)
        row = undo_label(session, member, project.id, now)
    return Output({"row": row}, [f"Row {row} is open again; what was said counts until it is answered anew."])
