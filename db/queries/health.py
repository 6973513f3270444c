"""The health of projects: what each needs, in words, in a fixed number of statements for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from db.queries.buckets import MonthSums
from db.queries.health_facts import Facts, challengers_of, facts_of
from db.queries.projects import get_project, projects
from db.queries.promotions import Champion, find_champion, holdout_estimate
from mms.domain.buckets import Sums, total
from mms.domain.condition import Condition, Judged, Mood, meaning
from mms.domain.condition import facts_of as facts_in_words
from mms.domain.decay import EFFECT, Decay, judge_decay
from mms.domain.drafts import PromotionDraft
from mms.domain.health import Health, State, health_of
from mms.domain.jobs import Job
from mms.domain.members import Member
from mms.domain.metric_words import cases_of, explaining
from mms.domain.mistakes import Period, cost_words, mistakes_of
from mms.domain.next_trigger import next_trigger
from mms.domain.projects import Project
from mms.domain.promotions import evidence_from_json, judge
from mms.domain.runs import Run
from mms.domain.scores import METRICS
from mms.domain.snoozes import Snooze, woken_by
from mms.domain.triggers import TriggerKind
from mms.monitoring.plain import estimate_of


@dataclass(frozen=True, slots=True)
class HealthRow:
    """One project on the health page. condition: all that is said of it.

    action: the button it needs: "retrain", "promote", "train", "data" or None. snooze: where it still holds.
    undoable: whether a champion sat before the present one.
    """

    project: Project
    champion: Champion | None
    well: bool
    sentence: str
    action: str | None
    challengers: int
    decay: Decay | None
    coverage: float | None
    spark: tuple[float, ...]
    running: Run | None
    replay: Job | None
    condition: Condition
    drafts: tuple[PromotionDraft, ...]
    snooze: Snooze | None
    undoable: bool


def health(session: Session, member: Member, now: datetime) -> list[HealthRow]:
    """Every live project, those that need somebody first, then snoozed ones."""
    listed = projects(session, member)
    facts = facts_of(session, listed, now)
    moods = list(Mood)
    rows = (_row(project, facts) for project in listed)
    return sorted(rows, key=lambda row: (moods.index(row.condition.mood), row.project.name))


def health_of_project(session: Session, member: Member, project_id: int, now: datetime) -> HealthRow:
    """One project."""
    project = get_project(session, member, project_id)
    return _row(project, facts_of(session, [project], now))


def _row(project: Project, facts: Facts) -> HealthRow:
    metric = project.primary_metric
    champion = facts.champions.get(project.id)
    months = facts.months.get(project.id, [])
    decay = _decay(project, metric, champion, facts)
    waiting = _waiting(project, champion, facts.challengers.get(project.id, []))
    predicted, labelled = sum(m.sums.n for m in months), sum(m.sums.labelled for m in months)
    base, running = facts.bases.get(project.id), facts.running.get(project.id)
    state = State(
        metric=metric,
        rows=base[2] if base else None,
        models=facts.models.get(project.id, 0),
        champion=champion.model.name if champion else None,
        since=champion.promotion.promoted_at if champion else None,
        decay=decay,
        better=max(((gain, name) for name, gain in waiting if gain is not None), default=(0.0, None))[1],
        predicted=predicted,
        running=running is not None,
    )
    judged = health_of(state)
    coverage = decay.newest.coverage if decay and decay.newest else (labelled / predicted if predicted else None)
    snooze, woken = _snooze(project, metric, judged, decay, facts)
    spark = _spark(project, metric, months)
    return HealthRow(
        project=project,
        champion=champion,
        well=judged.well,
        sentence=judged.sentence,
        action=judged.need.value if judged.need else None,
        challengers=len(waiting),
        decay=decay,
        coverage=coverage,
        spark=spark,
        running=running,
        replay=facts.replays.get(project.id),
        condition=Condition(
            project_id=project.id,
            project=project.name,
            owner=project.owner,
            mood=Mood.WELL if judged.well else Mood.SNOOZED if snooze else Mood.NEEDS,
            sentence=judged.sentence,
            notes=tuple(note for note in (woken, *_notes(project, metric, champion, decay, facts)) if note),
            facts=_facts(project, metric, champion, decay, coverage, facts),
            label=METRICS[metric].label,
            spark=spark,
        ),
        drafts=tuple(facts.drafts.get(project.id, ())),
        snooze=snooze,
        undoable=project.id in facts.undoable,
    )


def _snooze(
    project: Project, metric: str, judged: Health, decay: Decay | None, facts: Facts
) -> tuple[Snooze | None, str | None]:
    """The snooze that still holds, or why it does not; a project that is well has neither."""
    snooze = facts.snoozes.get(project.id)
    if snooze is None or judged.well:
        return None, None
    woken = woken_by(snooze, judged.need, metric, judged_value(decay), facts.now, _effect(project, facts))
    return (None, woken) if woken else (snooze, snooze.words + ("" if snooze.words.endswith(".") else "."))


def judged_value(decay: Decay | None) -> float | None:
    """The watched metric in the newest judged month, natural units."""
    return decay.newest.estimate.value if decay and decay.newest and decay.newest.estimate else None


def _facts(
    project: Project,
    metric: str,
    champion: Champion | None,
    decay: Decay | None,
    coverage: float | None,
    facts: Facts,
) -> tuple[tuple[str, str], ...]:
    since = champion.promotion.promoted_at if champion else None
    present = project.present(facts.now)
    holdout = facts.holdouts.get(champion.model.id) if champion else None
    reference = holdout_estimate(holdout, metric, project.positive_class)
    judged = Judged(metric, champion.model.name if champion else None, since, present, decay, reference, coverage)
    trigger = next_trigger(facts.triggers.get(project.id, ()), present, seated=champion is not None)
    return facts_in_words(judged, trigger, facts.drafts.get(project.id, ()), project.owner)


def _notes(
    project: Project, metric: str, champion: Champion | None, decay: Decay | None, facts: Facts
) -> tuple[str, ...]:
    """What the champion's mistakes cost in the months shown, and what its score means in cases."""
    if champion is None:
        return ()
    months = [m for m in facts.months.get(project.id, []) if m.model_id == champion.model.id and m.sums.labelled]
    first = decay.since if decay and decay.since else months[-1].month if months else None
    shown = [m for m in months if first is not None and m.month >= first]
    if not shown:
        return ()
    sums, positive = total(m.sums for m in shown), project.positive_class
    holdout = facts.holdouts.get(champion.model.id)
    before = Sums.from_json(holdout["sums"]) if holdout else None
    table, target, _ = facts.bases.get(project.id, (None, None, 0))
    period = Period(shown[0].month, shown[-1].month)
    once = mistakes_of(before, positive) if before else None
    told = {
        name: (estimate_of(sums, name, positive), estimate_of(before, name, positive) if before else None)
        for name in explaining(metric)
    }
    return (
        cost_words(mistakes_of(sums, positive), once, period, project.task, project.policy),
        meaning(told, cases_of(table, target, positive)),
    )


def _effect(project: Project, facts: Facts) -> float:
    """The least fall that an enabled decay trigger of the project counts."""
    triggers = [trigger for trigger, _ in facts.triggers.get(project.id, ()) if trigger.enabled]
    conditions = [condition for trigger in triggers for condition in trigger.rule.conditions]
    known = (None, project.primary_metric)
    decays = (c for c in conditions if c.kind is TriggerKind.DECAY and c.metric in known)
    return min((c.threshold for c in decays if c.threshold), default=EFFECT)


def _decay(project: Project, metric: str, champion: Champion | None, facts: Facts) -> Decay | None:
    if champion is None:
        return None
    points = facts.points.get(project.id, ())
    reference = holdout_estimate(facts.holdouts.get(champion.model.id), metric, project.positive_class)
    return judge_decay(points, reference, metric, effect=_effect(project, facts))


def winners(session: Session, project: Project) -> list[tuple[Champion, str, float]]:
    """Challengers that beat the global champion on the same newest rows: it, the name and the gain, best first."""
    champion = find_champion(session, project.id)
    if champion is None:
        return []
    waiting = _waiting(project, champion, challengers_of(session, [project.id]).get(project.id, []))
    won = [(champion, name, gain) for name, gain in waiting if gain is not None]
    return sorted(won, key=lambda one: -one[2])


def _waiting(
    project: Project, champion: Champion | None, challengers: Sequence[tuple[str, Mapping[str, Any]]]
) -> list[tuple[str, float | None]]:
    """Challengers scored against the present champion, newest first, each with its gain where it won."""
    found = []
    for name, newest in challengers:
        if champion is not None and newest["champion_model_id"] == champion.model.id:
            evidence = evidence_from_json(newest)
            verdict = judge(evidence.champion, evidence.challenger, project.policy.margin)
            won = verdict.promote and evidence.metric == project.primary_metric
            found.append((name, (evidence.challenger or 0.0) - (evidence.champion or 0.0) if won else None))
    return found


def _spark(project: Project, metric: str, months: Sequence[MonthSums]) -> tuple[float, ...]:
    """The metric by month over all models of the scope, natural units."""
    by_month = {m: [s.sums for s in months if s.month == m] for m in sorted({s.month for s in months})}
    estimates = [estimate_of(total(parts), metric, project.positive_class) for parts in by_month.values()]
    return tuple(estimate.value for estimate in estimates if estimate)
