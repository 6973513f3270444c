"""How models end: whom the rules would retire, doing it now, undoing it."""

from argparse import ArgumentParser, Namespace, _SubParsersAction

from db.queries.ageing import ageing
from db.queries.projects import get_project_named
from db.session import reading, transaction
from mms.cli.console import Output, acting, group, table, verb
from mms.domain.ageing import AgeingRules
from mms.usecases.ageing import age_models, restore_model


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of ageing."""
    noun = group(verbs, "ageing", "models that are retired and purged: preview, apply, restore")
    preview = verb(noun, "preview", "whom the project's rules, or those given, would retire or purge today", _preview)
    preview.add_argument("project", help="name or id")
    preview.add_argument("--unused-days", type=int, help="retire those that nobody asked for so long")
    preview.add_argument("--beaten-days", type=int, help="retire those that a better one beat so long ago")
    preview.add_argument("--purge-days", type=int, help="purge those that were retired so long ago")
    verb(noun, "apply", "do now what the nightly job does", _apply).add_argument("project", help="name or id")
    verb(noun, "restore", "undo a retirement", _restore).add_argument("model", type=int, help="id")


def _preview(args: Namespace) -> Output:
    member, now = acting()
    asked = AgeingRules(args.unused_days, args.beaten_days, args.purge_days)
    with reading() as session:
        project = get_project_named(session, member, args.project)
        page = ageing(session, member, project.id, now, None if asked == AgeingRules() else asked)
    rows = [{"id": o.model_id, "model": o.name, "would": o.fate.value, "because": o.because} for o in page.due]
    lines = [page.rules.words, *table(rows, f"Nothing is due among {page.models:,} models.")]
    return Output({"ageing": page}, lines)


def _apply(args: Namespace) -> Output:
    member, now = acting()
    with transaction() as session:
        project = get_project_named(session, member, args.project)
        aged = age_models(session, member, project.id, now)
    told = [f"{one.fate.value.capitalize()}d {one.name}: {one.because}." for one in aged.done]
    freed = [f"{aged.freed:,} bytes are free again."] if aged.freed else []
    return Output({"aged": aged}, [*told, *freed] or ["Nothing was due."])


def _restore(args: Namespace) -> Output:
    member, now = acting()
    with transaction() as session:
        restore_model(session, member, args.model, now)
    return Output({"model": args.model}, [f"Model {args.model} is restored: it may be chosen again."])
