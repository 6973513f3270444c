"""Why a champion's score fell, from its labelled answers before and since a moment."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy.orm import Session

from db.queries.models import get_model
from db.queries.onset import onset_of
from db.queries.promotions import Champion, find_champion
from db.queries.why import LabelledRow, Stretch, labelled_rows, middle_of
from mms.domain.errors import Conflict, Invalid
from mms.domain.members import Member, Permission
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.domain.promotions import GLOBAL
from mms.domain.segments import rule_words
from mms.domain.tables import Condition
from mms.domain.why import LEAST_ROWS, Group, NotYet, Share, Why
from mms.ml.monitoring.why import split_by_rules
from mms.ml.prediction import checked_frame
from mms.monitoring.decomposition import Split

MOST_ROWS = 4_000
"""Answers that are looked at in each period."""

OTHERS = "none of these holds"


@dataclass(frozen=True, slots=True)
class Question:
    """Which fall to split. None: since the seating; at the onset of decay, else in the middle; until now."""

    scope: str = GLOBAL
    since: datetime | None = None
    split_at: datetime | None = None
    until: datetime | None = None


def why_it_fell(session: Session, member: Member, project: Project, asked: Question, now: datetime) -> Why | NotYet:
    """Split the change of the champion's mean error between two periods; nothing is fitted but a shallow tree.

    Conflict: no champion. Invalid: periods in no order, or in the future.
    """
    member.require(Permission.VIEW)
    champion = find_champion(session, project.id, asked.scope)
    if champion is None:
        raise Conflict(f"There is no champion in '{asked.scope}' whose score could have fallen: promote a model first.")
    found = _stretches(session, project, champion, asked, now)
    if found is None:
        return NotYet("No truth about the champion's answers is known yet: a fall shows when feedback arrives.")
    before, after = found
    rows = labelled_rows(session, before, MOST_ROWS), labelled_rows(session, after, MOST_ROWS)
    for stretch, some in zip((before, after), rows, strict=True):
        if len(some) < LEAST_ROWS:
            return NotYet(
                f"Only {len(some)} truths are known from {stretch.since:%Y-%m-%d} to {stretch.until:%Y-%m-%d}: "
                f"a fall is split when both periods have {LEAST_ROWS}."
            )
    return _why(get_model(session, champion.model.id), before, after, rows)


def _stretches(
    session: Session, project: Project, champion: Champion, asked: Question, now: datetime
) -> tuple[Stretch, Stretch] | None:
    """Before and since; None without any truth."""
    since, until = asked.since or champion.promotion.promoted_at, asked.until or now
    whole = Stretch(champion.model.id, asked.scope, since, until)
    split_at = asked.split_at
    if split_at is None:
        metric = project.primary_metric
        rise = onset_of(session, project, champion.model.id, metric, since, scope=asked.scope)
        split_at = rise.began if rise and rise.began < until else middle_of(session, whole)
    if split_at is None:
        return None
    if not since < split_at < until or until > now:
        raise Invalid(
            f"A fall is split between a beginning, a moment and an end in this order, none in the future; it got "
            f"{since:%Y-%m-%d %H:%M}, {split_at:%Y-%m-%d %H:%M} and {until:%Y-%m-%d %H:%M}."
        )
    return (
        Stretch(whole.model_id, asked.scope, since, split_at),
        Stretch(whole.model_id, asked.scope, split_at, until),
    )


def _why(model: Model, before: Stretch, after: Stretch, rows: tuple[list[LabelledRow], list[LabelledRow]]) -> Why:
    every = [*rows[0], *rows[1]]
    names = [column.name for column in model.signature.inputs]
    frame = checked_frame(model.signature, [{name: row.features.get(name) for name in names} for row in every])
    errors = np.array([_error(row) for row in every])
    is_after = np.arange(len(every)) >= len(rows[0])
    rules, parts = split_by_rules(frame, model.signature.inputs, errors, is_after)
    groups = [_group(i, rule, parts) for i, rule in enumerate([*rules, ()])]
    return Why(
        since=before.since,
        split_at=after.since,
        until=after.until,
        n_before=len(rows[0]),
        n_after=len(rows[1]),
        before=parts.before,
        after=parts.after,
        mix=Share(float(parts.mix.sum()), *parts.mix_band),
        relation=Share(float(parts.relation.sum()), *parts.relation_band),
        groups=tuple(sorted((g for g in groups if g.share_before or g.share_after), key=lambda g: -abs(g.change))),
        counts=bool(model.signature.classes),
    )


def _error(row: LabelledRow) -> float:
    return abs(row.value - float(row.truth)) if row.value is not None else float(row.label != row.truth)


def _group(place: int, rule: tuple[Condition, ...], parts: Split) -> Group:
    def mean(errors: np.ndarray) -> float | None:
        return None if np.isnan(errors[place]) else float(errors[place])

    return Group(
        rule=rule_words(rule) if rule else OTHERS,
        conditions=rule,
        share_before=float(parts.share_before[place]),
        share_after=float(parts.share_after[place]),
        error_before=mean(parts.error_before),
        error_after=mean(parts.error_after),
        mix=float(parts.mix[place]),
        relation=float(parts.relation[place]),
    )
