"""Decay: a metric month by month."""

from argparse import ArgumentParser, Namespace, _SubParsersAction

from db.queries.decay import decay_page
from db.queries.projects import get_project_named
from db.session import reading
from mms.cli.console import Output, acting, table, verb
from mms.domain.promotions import GLOBAL
from mms.domain.scores import metric_named


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verb decay."""
    shown = verb(verbs, "decay", "a metric by month, against the champion on its newest rows", _decay)
    shown.add_argument("project", help="name or id")
    shown.add_argument("--metric", help="default: the primary metric")
    shown.add_argument("--scope", default=GLOBAL)


def _decay(args: Namespace) -> Output:
    member, now = acting()
    with reading() as session:
        project = get_project_named(session, member, args.project)
        metric = metric_named(args.metric or project.primary_metric, project.task)
        page = decay_page(session, project, metric.name, project.present(now), args.scope)
    versions = {model.id: model.name for model in page.models}
    rows = [
        {
            "month": f"{p.period:%Y-%m}",
            "model": versions.get(p.model_id, p.model_id),
            metric.label: None if p.estimate is None else f"{p.estimate.value:.3f}",
            "predictions": p.n,
            "labelled": p.labelled,
        }
        for p in page.points
    ]
    line = [f"Hold-out {metric.label}: {page.reference.value:.3f}."] if page.reference else []
    verdict = [page.decay.sentence] if page.decay else []
    return Output({"decay": page}, [*table(rows, "There are no predictions yet."), *line, *verdict])
