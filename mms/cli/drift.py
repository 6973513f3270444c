"""Drift: inputs and answers of a model against what it learnt from."""

from argparse import ArgumentParser, Namespace, _SubParsersAction

from db.queries.drift import drift_of, watched_model
from db.queries.projects import get_project_named
from db.session import reading
from mms.cli.console import Output, acting, moment, table, verb
from mms.domain.decay import Grain
from mms.domain.drift import DriftView


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verb drift."""
    shown = verb(verbs, "drift", "features and answers of a period against what the model learnt from", _drift)
    shown.add_argument("project", help="name or id")
    shown.add_argument("--model", type=int, metavar="VERSION", help="default: the global champion")
    shown.add_argument("--since", type=moment, help="first day (UTC); default: 30 days before the end")
    shown.add_argument("--until", type=moment, help="the day after the last (UTC); default: now")
    shown.add_argument("--grain", choices=[one.value for one in Grain][1:], default=Grain.WEEK.value)


def _drift(args: Namespace) -> Output:
    member, now = acting()
    view = DriftView(args.since, args.until, Grain(args.grain))
    with reading() as session:
        project = get_project_named(session, member, args.project)
        report = drift_of(session, project, watched_model(session, project, args.model), view, now)
    rows = [
        {
            "feature": one.label,
            "verdict": one.verdict.value,
            "psi": f"{one.psi.value:.3f}",
            "limit": f"{one.psi.limit:.3f}",
            "weight": None if one.weight is None else f"{one.weight:.1%}",
            "with decay": None if one.correlation is None else f"{one.correlation:+.2f}",
            "missing": f"{one.missing:.1%}",
            "new": None if one.unseen is None else f"{one.unseen:.1%}",
        }
        for one in (*report.predictions, *report.features)
    ]
    lines = [report.sentence, *(table(rows, "") if rows else [])]
    return Output({"drift": report}, lines)
