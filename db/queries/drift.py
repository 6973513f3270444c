"""Drift of a model: its features and answers of a period against what it learnt from, all from counts by day."""

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import blobs
from db.models import BucketMark, FeatureBucket
from db.models import Model as ModelRow
from db.models import Prediction as PredictionRow
from db.queries.answered_rows import sampled_features
from db.queries.buckets import Span, bucket_series
from db.queries.diagnostics import tables_of
from db.queries.drift_references import find_references
from db.queries.models import get_model, get_ranked
from db.queries.promotions import find_champion
from mms.domain.decay import Grain
from mms.domain.diagnostics import DiagnosticKind, asked
from mms.domain.drift import (
    FEWEST_ROWS,
    Bin,
    Distance,
    DriftPoint,
    DriftReport,
    DriftView,
    FeatureDrift,
    FeatureKind,
    TokenChange,
    Verdict,
    finding,
    overall,
    ranked,
    summary,
    weights_of,
)
from mms.domain.errors import NotFound
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.domain.scores import DEFAULT_METRIC, METRICS
from mms.domain.subjects import Subject, SubjectKind
from mms.domain.tables import ColumnType
from mms.monitoring.drift import TOKEN_MATTERS, Measured, measured
from mms.monitoring.metrics import metric_series, parts_of
from mms.monitoring.references import FeatureReference, tokens
from mms.monitoring.sums import entries_of

_MOST_WAITING = 10_000
"""Predictions that wait to be counted are counted up to here."""

_MOST_TOKENS = 10
"""Rising words, and falling ones, that are told."""

_SAMPLE = 2_000
"""Texts of a period that are read for words that the model never saw: those have no count."""

_MOST_NEW = 5
"""New words that are told."""

_EXPECTED = 20
"""Texts of the reference that a word surely stands in, were nothing new."""

_FEWEST_PERIODS = 5
"""Periods with a score, before its fall is compared with drift."""


class _Counts:
    """The counts of one feature. days: (T,) datetime64[D]; counts: (T, B); moments: (T, MOMENTS)."""

    def __init__(self, reference: FeatureReference, rows: Sequence[tuple[datetime, bytes, bytes]]) -> None:
        self.days = np.array([day.replace(tzinfo=None) for day, _, _ in rows], "datetime64[D]")
        group, slot, sums = entries_of([counts for _, counts, _ in rows])
        self.counts = np.zeros((len(rows), reference.size), np.int64)
        self.counts[group, slot] = sums
        self.moments = np.array([np.frombuffer(moments, "<f8") for _, _, moments in rows])
        self.moments = self.moments.reshape(len(rows), len(reference.moments))

    def total(self, since: datetime, until: datetime) -> tuple[np.ndarray, np.ndarray]:
        """The days from since to before until as one period: (1, B), (1, MOMENTS)."""
        ends = [np.datetime64(end.replace(tzinfo=None), "D") for end in (since, until)]
        inside = (self.days >= ends[0]) & (self.days < ends[1])
        return self.counts[inside].sum(axis=0)[None], self.moments[inside].sum(axis=0)[None]

    def by(self, grain: Grain) -> tuple[list[datetime], np.ndarray, np.ndarray]:
        """Periods: their starts, (P, B), (P, MOMENTS)."""
        starts, group = _periods(self.days, grain)
        counts = np.zeros((len(starts), self.counts.shape[1]), np.int64)
        moments = np.zeros((len(starts), self.moments.shape[1]))
        np.add.at(counts, group, self.counts)
        np.add.at(moments, group, self.moments)
        return starts, counts, moments


def watched_model(session: Session, project: Project, version: int | None = None) -> int:
    """The id of the model of this version, else of the global champion. NotFound: there is none."""
    if version is not None:
        return get_ranked(session, project.id, version).id
    champion = find_champion(session, project.id)
    if champion is None:
        raise NotFound(
            f"Project '{project.name}' has no champion to watch: promote a model, or name one by its version."
        )
    return champion.model.id


def drift_of(
    session: Session, project: Project, model_id: int, view: DriftView, now: datetime, *, history: bool = True
) -> DriftReport:
    """One model's drift in a period of whole days. now: the real time.

    history: also by period over the whole life of the model, and how that goes with the fall of its score.
    """
    model = get_model(session, model_id)
    since, until = view.days(project.present(now))
    references, error = find_references(session, model_id)
    found = {} if references is None else _counts(session, model_id, references, None if history else (since, until))
    fall = _fall(session, project, model_id, view.grain) if history and found else {}
    told = [_feature(reference, found.get(reference.name), (since, until)) for reference in references or ()]
    if history:
        told = _with_new_words(session, model_id, told, references or (), (since, until))
        told = [_over_time(one, found.get(one.name), references or (), view.grain, fall) for one in told]
    weights = weights_of(importances_of(session, project, model), [one.name for one in told if not one.is_prediction])
    told = [replace(one, weight=weights.get(one.name), sentence=finding(one)) for one in told]
    features = ranked([one for one in told if not one.is_prediction])
    rows = max((one.n for one in told), default=0)
    waiting = _waiting(session, project.id)
    report = DriftReport(
        model_id=model_id,
        model=model.ranked.name,
        since=since,
        until=until,
        grain=view.grain,
        n=rows,
        n_reference=max((one.n_reference for one in told), default=0),
        score=overall(features),
        features=tuple(features),
        predictions=tuple(one for one in told if one.is_prediction),
        left_out=tuple(c.name for c in model.signature.inputs if c.type is ColumnType.TIME),
        waiting=waiting,
        why_not=None if references is not None else error or _not_yet(model, waiting),
    )
    return replace(report, sentence=summary(report))


def _not_yet(model: Model, waiting: int) -> str:
    if waiting:
        return f"What {model.ranked.name} learnt from is being counted: the worker does so within a minute."
    return f"{model.ranked.name} has answered nothing yet: its drift shows when it does."


def _waiting(session: Session, project_id: int) -> int:
    row, mark = PredictionRow, session.get(BucketMark, project_id)
    behind = select(row.id).where(row.project_id == project_id, row.id > (0 if mark is None else mark.drift_id))
    return session.scalar(select(func.count()).select_from(behind.limit(_MOST_WAITING).subquery())) or 0


def _counts(
    session: Session, model_id: int, references: Sequence[FeatureReference], days: tuple[datetime, datetime] | None
) -> dict[str, _Counts]:
    row = FeatureBucket
    stmt = select(row.feature, row.day, row.counts, row.moments).where(row.model_id == model_id, row.n > 0)
    if days is not None:
        stmt = stmt.where(row.day >= days[0], row.day < days[1])
    rows: dict[str, list[tuple[datetime, bytes, bytes]]] = {}
    for feature, day, counts, moments in session.execute(stmt.order_by(row.feature, row.day)):
        rows.setdefault(feature, []).append((day, counts, moments))
    return {one.name: _Counts(one, rows[one.name]) for one in references if one.name in rows}


def _feature(reference: FeatureReference, counts: _Counts | None, days: tuple[datetime, datetime]) -> FeatureDrift:
    """The period against the reference."""
    own = (reference.counts[None], reference.moments[None])
    period = (np.zeros_like(own[0]), np.zeros_like(own[1])) if counts is None else counts.total(*days)
    now, then = measured(reference, *period), measured(reference, *own)
    verdict = Verdict.DRIFTED if now.drifted[0] else Verdict.STABLE
    return FeatureDrift(
        name=reference.name,
        kind=reference.kind,
        n=int(now.n[0]),
        n_reference=reference.rows,
        verdict=verdict if now.n[0] >= FEWEST_ROWS else Verdict.FEW,
        distances=tuple(
            Distance(name, float(one.value[0]), _known(one.limit), _known(one.expected))
            for name, one in now.measures.items()
            if not np.isnan(one.value[0])
        ),
        missing=_known(now.missing) or 0.0,
        missing_reference=_known(then.missing) or 0.0,
        unseen=_known(now.unseen),
        unseen_reference=_known(then.unseen),
        mean=_known(now.mean),
        mean_reference=_known(then.mean),
        bins=_bins(reference, period[0][0]),
        tokens=_tokens(reference, period[0][0], now),
    )


def _with_new_words(
    session: Session,
    model_id: int,
    told: Sequence[FeatureDrift],
    references: Sequence[FeatureReference],
    days: tuple[datetime, datetime],
) -> list[FeatureDrift]:
    """Texts with the words they hold now and the model never saw, first: from a sample of the raw rows still there."""
    if not any(one.kind is FeatureKind.TEXTS and one.n for one in told):
        return list(told)
    rows = sampled_features(session, model_id, days, _SAMPLE)
    known = {one.name: one for one in references}
    return [
        replace(one, tokens=(*_new_words(known[one.name], [row.get(one.name) for row in rows]), *one.tokens))
        if one.kind is FeatureKind.TEXTS
        else one
        for one in told
    ]


def _new_words(reference: FeatureReference, texts: Sequence[str | None]) -> list[TokenChange]:
    """Sure is one that would stand in 20 texts of the reference, had it been as frequent then."""
    there = [set(tokens(str(text))) for text in texts if text is not None]
    held = Counter(word for words in there for word in words if word not in reference.known)
    shares = [(word, count / len(there)) for word, count in held.most_common(_MOST_NEW) if count > 1]
    return [
        TokenChange(word, 0.0, share, share > TOKEN_MATTERS and share * reference.rows >= _EXPECTED)
        for word, share in shares
    ]


def _over_time(
    one: FeatureDrift,
    counts: _Counts | None,
    references: Sequence[FeatureReference],
    grain: Grain,
    fall: Mapping[datetime, float],
) -> FeatureDrift:
    """With its points by period, and how its drift goes with the fall of the score."""
    if counts is None:
        return one
    reference = next(each for each in references if each.name == one.name)
    starts, *sums = counts.by(grain)
    psi, n = measured(reference, *sums).measures["psi"], sums[0][:, : reference.width].sum(axis=1)
    points = tuple(
        DriftPoint(start, int(n[i]), float(psi.value[i]), float(psi.limit[i])) for i, start in enumerate(starts)
    )
    both = [(point.psi, fall[point.start]) for point in points if point.start in fall and point.n >= FEWEST_ROWS]
    return replace(one, points=points, correlation=_correlation(np.array(both).reshape(-1, 2)))


def _correlation(pairs: np.ndarray) -> float | None:
    """Pearson's, of two series that both change over enough periods."""
    if len(pairs) < _FEWEST_PERIODS or (np.ptp(pairs, axis=0) < 1e-12).any():
        return None
    return float(np.corrcoef(pairs.T)[0, 1])


def _fall(session: Session, project: Project, model_id: int, grain: Grain) -> dict[datetime, float]:
    """By period, how bad the watched metric is in all scopes: its value, turned round where greater is better."""
    metric = project.primary_metric
    parts = parts_of(metric)
    found = bucket_series(session, [project.id], None, Span(model_id=model_id), parts=parts)
    if not found:
        return {}
    starts, group = _periods(found[0].starts, grain)
    series = found[0].series.added(group, len(starts))
    values = metric_series(series, metric).value * (-1 if METRICS[metric].greater_is_better else 1)
    kept = (series.labelled >= FEWEST_ROWS) & ~np.isnan(values)
    return {start: float(values[i]) for i, start in enumerate(starts) if kept[i]}


def importances_of(session: Session, project: Project, model: Model) -> dict[str, float]:
    """By column where somebody asked for permutation importance, else what the algorithm tells of its features."""
    question = asked(Subject(SubjectKind.MODEL, model.id), DiagnosticKind.PERMUTATION)
    tables = tables_of(session, [question]).get(question.hash)
    if tables is not None:
        drops = tables["columns"]
        drops = drops[drops["metric"] == DEFAULT_METRIC[project.task]]
        return {str(name): max(float(drop), 0.0) for name, drop in zip(drops["column"], drops["drop"], strict=True)}
    blob = session.scalar(select(ModelRow.importances_blob).where(ModelRow.id == model.id))
    if blob is None:
        return {}
    told = pd.read_parquet(io.BytesIO(blobs.read_bytes(session, blob)))
    weights = told["final"].fillna(told.filter(regex=r"^fold_\d+$").mean(axis=1)).fillna(0.0)
    return dict(zip(told["feature"].astype(str), weights.astype(float), strict=True))


def _bins(reference: FeatureReference, counts: np.ndarray) -> tuple[Bin, ...]:
    """Shares by bin; those that are empty in both are left out."""
    width = reference.width
    if reference.kind is FeatureKind.CATEGORIES:
        names = [*reference.shown, "other", "never seen", "missing"]
    else:
        ends = [reference.low, *reference.edges]
        inner = [f"{a:.4g} to {b:.4g}" if a != b else f"{b:.4g}" for a, b in zip(ends, ends[1:], strict=False)]
        names = [f"below {ends[0]:.4g}", *inner, f"above {ends[-1]:.4g}", "missing"]
    both = [one[:width] / max(one[:width].sum(), 1) for one in (reference.counts, counts)]
    return tuple(Bin(name, float(p), float(q)) for name, p, q in zip(names, *both, strict=True) if p or q)


def _tokens(reference: FeatureReference, counts: np.ndarray, now: Measured) -> tuple[TokenChange, ...]:
    """The words that rose most surely, then those that fell, each by how sure."""
    z, width = now.tokens[0], reference.width
    if not len(z):
        return ()
    begin = reference.size - len(reference.shown)
    p, q = (one[begin:] / max(one[: width - 1].sum(), 1) for one in (reference.counts, counts))
    rising = [i for i in np.argsort(-z, kind="stable")[:_MOST_TOKENS] if z[i] > 0]
    falling = [i for i in np.argsort(z, kind="stable")[:_MOST_TOKENS] if z[i] < 0]
    return tuple(
        TokenChange(reference.shown[i], float(p[i]), float(q[i]), bool(now.sure[0, i])) for i in [*rising, *falling]
    )


def _periods(starts: np.ndarray, grain: Grain) -> tuple[list[datetime], np.ndarray]:
    """The periods that days lie in, and which each does."""
    days = [grain.start_of(day.replace(tzinfo=UTC)) for day in starts.astype("datetime64[us]").tolist()]
    found = sorted(set(days))
    place = {start: i for i, start in enumerate(found)}
    return found, np.array([place[day] for day in days], np.int64)


def _known(values: np.ndarray) -> float | None:
    return None if np.isnan(values[0]) else float(values[0])
