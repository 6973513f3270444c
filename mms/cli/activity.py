"""What happened, what bears a name, the weekly report, and projects left alone for a while."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from datetime import timedelta
from pathlib import Path

from db.queries.activity import feed
from db.queries.finds import found
from db.queries.projects import get_project_named
from db.queries.weekly import week
from db.session import reading, transaction
from mms.cli.console import Output, acting, table, verb
from mms.domain.activity import FeedQuery, Happening, place_of
from mms.domain.errors import Invalid
from mms.usecases.snoozes import snooze_project, wake_project


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs that look over everything."""
    feeding = verb(verbs, "activity", "who did what, newest first", _activity)
    feeding.add_argument("--project", help="name or id; all projects without it")
    feeding.add_argument("--what", action="append", default=[], choices=[kind.value for kind in Happening])
    feeding.add_argument("--by", help="the member's name")
    feeding.add_argument("--after", help="the place at which the page before ended")
    feeding.add_argument("--limit", type=int, default=50)
    finding = verb(verbs, "find", "whatever bears a name, a version, a tag or a word", _find)
    finding.add_argument("text")
    report = verb(verbs, "weekly", "write the weekly report to a new file, .html or .pdf by its name", _weekly)
    report.add_argument("file", type=Path)
    rest = verb(verbs, "snooze", "leave what is wrong with a project alone, or until it gets worse", _snooze)
    rest.add_argument("project", help="name or id")
    rest.add_argument("--days", type=float, default=7.0, help="for how long")
    rest.add_argument("--reason", required=True, help="why it can wait")
    verb(verbs, "wake", "end a project's snooze", _wake).add_argument("project", help="name or id")


def _activity(args: Namespace) -> Output:
    member, _ = acting()
    if not 1 <= args.limit <= 500:
        raise Invalid(f"A page of the feed holds 1 to 500 events; it got {args.limit}.")
    with reading() as session:
        opened = None if args.project is None else get_project_named(session, member, args.project).id
        place = place_of(args.after) if args.after else None
        kinds = tuple(Happening(kind) for kind in args.what)
        page = feed(session, member, FeedQuery(opened, kinds, args.by, after=place, limit=args.limit))
    rows = [{"when": f"{e.at:%Y-%m-%d %H:%M}", "project": e.project, "who": e.by, "what": e.words} for e in page.events]
    after = None if page.after is None else str(page.after)
    more = [] if after is None else [f"Older: --after {after}"]
    return Output({"events": page.events, "after": after}, [*table(rows, "Nothing happened yet."), *more])


def _find(args: Namespace) -> Output:
    member, _ = acting()
    with reading() as session:
        groups = found(session, member, args.text)
    rows = [
        {"what": group.kind.value, "id": find.id, "project": find.project, "name": find.title, "words": find.words}
        for group in groups
        for find in group.finds
    ]
    return Output({"groups": groups}, table(rows, f"Nothing bears '{args.text}'."))


def _weekly(args: Namespace) -> Output:
    from mms.reports.html import to_html  # brings fonts and drawing, which the other verbs need not wait for
    from mms.reports.pdf import to_pdf
    from mms.reports.weekly import weekly_paper

    kinds = {".html": lambda paper: to_html(paper).encode(), ".pdf": to_pdf}
    if args.file.suffix.lower() not in kinds:
        raise Invalid(f"'{args.file}' is neither HTML nor PDF: name a file that ends in .html or .pdf.")
    member, now = acting()
    with reading() as session:
        weeks = week(session, member, now)
    try:
        with args.file.open("xb") as file:
            file.write(kinds[args.file.suffix.lower()](weekly_paper(weeks, now)))
    except OSError as error:
        raise Invalid(f"'{args.file}' cannot be written ({error.strerror}): name a new file.") from error
    return Output({"file": args.file, "weeks": weeks}, [f"{args.file} holds the week of {len(weeks)} projects."])


def _snooze(args: Namespace) -> Output:
    member, now = acting()
    if not 0 < args.days <= 366:
        raise Invalid(f"A warning is snoozed for up to 366 days; it got {args.days:g}.")
    with transaction() as session:
        project = get_project_named(session, member, args.project)
        until = now + timedelta(days=args.days)
        snooze_project(session, member, project.id, until=until, reason=args.reason, now=now)
    lines = [f"{project.name} is left alone until {until:%Y-%m-%d %H:%M} UTC, or until it gets worse."]
    return Output({"project": project.id, "until": until}, lines)


def _wake(args: Namespace) -> Output:
    member, _ = acting()
    with transaction() as session:
        project = get_project_named(session, member, args.project)
        wake_project(session, member, project.id)
    return Output({"project": project.id}, [f"{project.name} is awake."])
