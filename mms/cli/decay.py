"""Decay: a metric period by period, by age, or by segment."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Iterator

from db.queries.decay import DecayPage, DecayView, decay_page
from db.queries.decay_age import AgePage, age_page
from db.queries.decay_segments import SegmentsPage, segments_page
from db.queries.projects import get_project_named
from db.session import reading
from mms.cli.console import Output, acting, moment, table, verb
from mms.domain.buckets import Estimate
from mms.domain.decay import Change, Grain
from mms.domain.promotions import GLOBAL
from mms.domain.scores import METRICS


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verb decay."""
    shown = verb(verbs, "decay", "a metric by period, against the champion on its newest rows", _decay)
    shown.add_argument("project", help="name or id")
    shown.add_argument("--metric", help="default: the primary metric")
    shown.add_argument("--grain", choices=[grain.value for grain in Grain], default=Grain.MONTH.value)
    shown.add_argument("--over", choices=["time", "age", "segments"], default="time", help="default: time")
    shown.add_argument("--scope", default=GLOBAL)
    shown.add_argument("--segment", default="", help="only answers in this named segment")
    shown.add_argument("--since", type=moment, help="only periods that begin then or later")
    shown.add_argument("--until", type=moment, help="only periods that begin before")
    shown.add_argument("--by-days", action="store_true", help="bands from how whole days differ (weeks and months)")
    shown.add_argument("--previous", action="store_true", help="with what answering with the truth before would score")


def _decay(args: Namespace) -> Output:
    member, now = acting()
    with reading() as session:
        project = get_project_named(session, member, args.project)
        view = DecayView(
            args.metric or project.primary_metric, Grain(args.grain), args.scope, args.segment, args.since, args.until,
            args.by_days, args.previous,
        )  # fmt: skip
        present = project.present(now)
        if args.over == "age":
            return _by_age(age_page(session, project, view, present))
        if args.over == "segments":
            return _by_segment(segments_page(session, project, view, present))
        return _by_time(decay_page(session, project, view, present))


def _by_time(page: DecayPage) -> Output:
    names, metric = {model.id: model.name for model in page.models}, METRICS[page.metric]
    rows = [
        {
            page.grain.value: p.words,
            "model": names.get(p.model_id, p.model_id),
            **_numbers(metric.label, p.estimate),
            "predictions": p.n,
            "labelled": p.labelled,
            "mature": "yes" if p.mature else p.immature_because,
        }
        for p in page.points
    ]
    line = [f"Hold-out {metric.label}: {page.reference.value:.3f}."] if page.reference else []
    verdict = [page.decay.sentence] if page.decay else []
    return Output({"decay": page}, [*table(rows, "There are no predictions yet."), *line, *verdict])


def _by_age(page: AgePage) -> Output:
    rows = [
        {
            "model": line.model.name,
            "days old": f"{p.age} to {p.age + page.step}",
            **_numbers(METRICS[page.metric].label, p.estimate),
            "predictions": p.n,
            "labelled": p.labelled,
        }
        for line in page.lines
        for p in line.points
    ]
    return Output({"ages": page}, list(table(rows, "There are no predictions yet.")))


def _by_segment(page: SegmentsPage) -> Output:
    return Output({"segments": page}, list(table(list(_segments(page)), "No segment is named yet: make one first.")))


def _segments(page: SegmentsPage) -> Iterator[dict[str, object]]:
    for line in page.lines:
        newest = next((p for p in reversed(line.points) if p.mature), None)
        yield {
            "segment": line.name,
            "rule": line.rule,
            **_numbers(METRICS[page.metric].label, newest.estimate if newest else None),
            "worse by": _worse_by(line.change),
            "fell": "yes, surely" if line.fell else "no sure fall" if line.change else "too few labels yet",
        }


def _worse_by(change: Change | None) -> str | None:
    if change is None:
        return None
    return f"{change.worse_by:.3f}" if change.doubt is None else f"{change.worse_by:.3f} ± {change.doubt:.3f}"


def _numbers(label: str, estimate: Estimate | None) -> dict[str, object]:
    banded = estimate is not None and estimate.low is not None
    return {
        label: None if estimate is None else f"{estimate.value:.3f}",
        "band": f"{estimate.low:.3f} to {estimate.high:.3f}" if estimate and banded else None,
    }
