"""The condition of a project in words: what the health page shows, and the weekly report prints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mms.domain.activity import Event
from mms.domain.buckets import Estimate
from mms.domain.decay import Decay
from mms.domain.drafts import PromotionDraft
from mms.domain.health import day_words
from mms.domain.metric_words import Cases, explained
from mms.domain.scores import METRICS

_BLOCKS = "▁▂▃▄▅▆▇█"


class Mood(StrEnum):
    """How a project is, in the order in which projects are listed."""

    NEEDS = "needs you"
    SNOOZED = "snoozed"
    WELL = "well"


@dataclass(frozen=True, slots=True)
class Condition:
    """One project. notes: sentences under the first one: what it costs, what the metric means, who snoozed it.

    facts: names with what is so. label: of the watched metric; spark: its value by month (natural units).
    """

    project_id: int
    project: str
    owner: str
    mood: Mood
    sentence: str
    notes: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    label: str
    spark: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ProjectWeek:
    """A project with what happened in its last seven days, newest first. until: the project's present."""

    condition: Condition
    until: datetime
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """What is known of a champion's score. reference: on its newest rows, with its band; all in natural units.

    coverage: share of predictions whose truth is known. now: the present of the project.
    """

    metric: str
    champion: str | None
    since: datetime | None
    now: datetime
    decay: Decay | None
    reference: Estimate | None
    coverage: float | None


def facts_of(judged: Judged, trigger: str, drafts: Sequence[PromotionDraft], owner: str) -> tuple[tuple[str, str], ...]:
    """Champion and age, score at promotion and now with bands, labels, decay, next trigger, requests, owner."""
    label = METRICS[judged.metric].label
    facts = {"Champion": _seat(judged)}
    if judged.champion is not None:
        facts[f"{label} at promotion"] = _estimate(judged.reference)
        facts[f"{label} now"] = _newest(judged.decay)
        facts["Labels"] = "none asked for yet" if judged.coverage is None else f"{100 * judged.coverage:.0f} % known"
        facts["Decay"] = _decay(judged.decay)
    facts["Next trigger"] = trigger
    facts["Requests"] = "; ".join(draft.words for draft in drafts) or "none"
    facts["Owner"] = owner
    return tuple(facts.items())


def meaning(estimates: Mapping[str, tuple[Estimate | None, Estimate | None]], cases: Cases) -> str:
    """What a metric's value of a period means in cases, and at promotion, as a sentence; empty where it is not known.

    estimates: of the metrics that explain it (`explaining`): of the period, and on the champion's newest rows.
    """
    told = [
        explained(name, now.value, cases, then.value if then else None)
        for name, (now, then) in estimates.items()
        if now is not None
    ]
    words = "; ".join(told)
    return f"{words[0].upper()}{words[1:]}." if words else ""


def summary(moods: Mapping[str, Mood]) -> str:
    """'2 of 3 projects are well. Flights needs you.' moods: by the project's name."""
    if not moods:
        return "There is no project yet."
    needing = [name for name, mood in moods.items() if mood is Mood.NEEDS]
    asleep = [name for name, mood in moods.items() if mood is Mood.SNOOZED]
    well = len(moods) - len(needing) - len(asleep)
    sentences = []
    if well == len(moods):
        sentences.append("Your project is well." if well == 1 else f"All {well} projects are well.")
    elif len(moods) > 1:
        sentences.append(f"{well} of {len(moods)} projects are well.")
    if needing:
        sentences.append(f"**{_joined(needing)}** need{'s' if len(needing) == 1 else ''} you.")
    if asleep:
        sentences.append(f"{_joined(asleep)} {'is' if len(asleep) == 1 else 'are'} snoozed.")
    return " ".join(sentences)


def spark_words(values: Sequence[float]) -> str:
    """A line as small as a word: '▁▃▇'. Equal values are drawn half way."""
    if not values:
        return ""
    low, span = min(values), max(values) - min(values)
    return "".join(_BLOCKS[round((v - low) / span * 7) if span else 3] for v in values)


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _seat(judged: Judged) -> str:
    if judged.champion is None or judged.since is None:
        return "none yet"
    days = (judged.now - judged.since) // timedelta(days=1)
    age = "today" if days < 1 else "for 1 day" if days == 1 else f"for {days:,} days"
    return f"{judged.champion}, since {day_words(judged.since)} ({age})"


def _estimate(estimate: Estimate | None) -> str:
    if estimate is None:
        return "not known: its snapshot left no newest rows"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.3f}"
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def _newest(decay: Decay | None) -> str:
    if decay is None or decay.newest is None or decay.newest.estimate is None:
        return "not judged yet: too few labels"
    return f"{_estimate(decay.newest.estimate)} in {decay.newest.period:%B %Y}"


def _decay(decay: Decay | None) -> str:
    if decay is None or decay.newest is None:
        return "not judged yet"
    if decay.decaying and decay.since is not None:
        return f"decaying since {decay.since:%B %Y}"
    return "no sure fall" if decay.reference is not None else "no newest rows to compare with"
