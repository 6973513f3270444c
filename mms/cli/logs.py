"""Logs of models served elsewhere: looked at, taken in."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from db.queries.projects import get_project_named
from db.session import acknowledged, reading
from mms.cli.console import Output, acting, group, moment, pairs, table, verb
from mms.domain.errors import Invalid
from mms.domain.logs import LogColumns, LogModel, LogRequest
from mms.domain.projects import ProjectDraft, Task
from mms.usecases.logs import import_log, preview_log

_ROLES = {
    "time": "when each answer was given",
    "label": "the class that was answered",
    "value": "the number that was answered",
    "score": "the probability of the positive class",
    "truth": "what was true",
    "truth-time": "when that became known",
    "model": "which model answered",
    "entity": "whom or what it was asked about",
}


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of logs."""
    logs = group(verbs, "log", "past answers of models that are served elsewhere: import")
    taken = verb(logs, "import", "store past answers of any model, to watch how it ages", _import)
    taken.add_argument("project", help="name or id")
    taken.add_argument("file", type=Path, help="CSV (.gz too) or Parquet, a row an answer")
    for role, words in _ROLES.items():
        taken.add_argument(f"--{role}", metavar="COLUMN", help=f"{words}; default: the usual names")
    taken.add_argument(
        "--probability", action="append", default=[], metavar="CLASS=COLUMN", help="a class's probability (repeat)"
    )
    taken.add_argument("--model-name", metavar="NAME", help="what the model is called, where no column says it")
    taken.add_argument(
        "--reference-until", type=moment, metavar="DATE", help="hold later answers against those before; default: 1/5"
    )
    taken.add_argument("--preview", action="store_true", help="only say what the file would be taken for")
    taken.add_argument("--new-project", action="store_true", help="make the project; needs --task")
    taken.add_argument("--task", choices=[task.value for task in Task], help="of a new project")
    taken.add_argument("--positive", help="the positive class of a new binary project")
    taken.add_argument("--metric", help="the primary metric of a new project")


def _import(args: Namespace) -> Output:
    member, now = acting()
    request = LogRequest(args.file, _columns(args), args.model_name, args.reference_until)
    target: int | ProjectDraft
    if args.new_project:
        target = _draft(args)
    else:
        with reading() as session:
            target = get_project_named(session, member, args.project).id
    if args.preview:
        with reading() as session:
            seen = preview_log(session, member, target, request, now)
        roles = [f"{role}: {name}" for role, name in seen.columns.roles.items()]
        features = ", ".join(name for name, _ in seen.features) or "none"
        return Output({"preview": seen}, [*roles, f"features: {features}", *seen.notes, *_table(seen.models)])
    done = import_log(acknowledged, member, target, request, now)
    return Output({"models": done}, [one.words for one in done])


def _columns(args: Namespace) -> LogColumns:
    named = {role.replace("-", "_"): getattr(args, role.replace("-", "_")) for role in _ROLES}
    return replace(LogColumns(**named), probabilities=tuple(pairs(args.probability, "probability").items()))


def _draft(args: Namespace) -> ProjectDraft:
    if args.task is None:
        raise Invalid("Say with --task what the new project predicts: binary, multiclass or regression.")
    return ProjectDraft(args.project, Task(args.task), primary_metric=args.metric, positive_class=args.positive)


def _table(models: Sequence[LogModel]) -> list[str]:
    rows = [
        {
            "model": one.name,
            "answers": f"{one.rows:,}",
            "with truth": f"{one.labelled:,}",
            "from": f"{one.time_from:%Y-%m-%d}",
            "to": f"{one.time_to:%Y-%m-%d}",
            "reference": f"v{one.version}" if one.version else f"{one.reference:,} to {one.reference_to:%Y-%m-%d}",
        }
        for one in models
    ]
    return table(rows, "")
