"""Why a champion's score fell."""

from argparse import ArgumentParser, Namespace, _SubParsersAction

from db.queries.projects import get_project_named
from db.session import reading
from mms.cli.console import Output, acting, moment, table, verb
from mms.domain.promotions import GLOBAL
from mms.domain.why import NotYet
from mms.usecases.why import Question, why_it_fell


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verb why."""
    shown = verb(verbs, "why", "split a fall into other rows and worse answers, and name who carries it", _why)
    shown.add_argument("project", help="name or id")
    shown.add_argument("--scope", default=GLOBAL)
    shown.add_argument("--split-at", type=moment, help="before and since; default: the onset of decay, else the middle")


def _why(args: Namespace) -> Output:
    member, now = acting()
    with reading() as session:
        project = get_project_named(session, member, args.project)
        asked = Question(args.scope, split_at=args.split_at)
        found = why_it_fell(session, member, project, asked, project.present(now))
    if isinstance(found, NotYet):
        return Output({"why": None, "sentence": found.sentence}, [found.sentence])
    rows = [
        {
            "where": group.rule,
            "share before": f"{group.share_before:.1%}",
            "since": f"{group.share_after:.1%}",
            "error before": "–" if group.error_before is None else f"{group.error_before:.3g}",
            "error since": "–" if group.error_after is None else f"{group.error_after:.3g}",
            "adds": f"{group.change:+.3g}",
        }
        for group in found.groups
    ]
    return Output({"why": found, "sentence": found.sentence}, [found.sentence, *table(rows, "")])
