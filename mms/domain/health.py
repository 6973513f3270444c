"""The health of a project in one sentence, with the button it needs."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mms.domain.buckets import Estimate
from mms.domain.decay import Decay
from mms.domain.scores import METRICS


class Need(StrEnum):
    """What a project needs somebody to do."""

    DATA = "data"
    TRAIN = "train"
    PROMOTE = "promote"
    RETRAIN = "retrain"


@dataclass(frozen=True, slots=True)
class State:
    """What the sentence is made of. metric: by which decay is judged. rows: of the base table, None without one.

    models: live ones, which only an empty seat asks for. champion: its name; since: when it was seated; better: the
    name of a challenger that beat it.
    """

    metric: str
    rows: int | None
    models: int
    champion: str | None = None
    since: datetime | None = None
    decay: Decay | None = None
    better: str | None = None
    predicted: int = 0
    running: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """well: nobody is needed; need: the button; sentence: why, in words."""

    well: bool
    need: Need | None
    sentence: str


def health_of(state: State) -> Health:
    """Judge a project; while a run is at work nobody is needed to start one."""
    if not state.rows:
        return Health(False, Need.DATA, "No data yet: upload a file and name its target.")
    if state.champion is None or state.since is None:
        return _without_champion(state)
    if state.decay is not None and state.decay.decaying:
        return _decaying(state, state.decay)
    seat = f"Champion {state.champion} answers since {day_words(state.since)}."
    if state.better is not None:
        return Health(
            False, Need.PROMOTE, f"{seat} Challenger {state.better} beat it on the same newest rows. Promote?"
        )
    return Health(True, None, f"{seat} {_calm(state)}")


def day_words(moment: datetime) -> str:
    """A day in words: '3 March 2026'."""
    return f"{moment.day} {moment:%B %Y}"


def _without_champion(state: State) -> Health:
    if state.models:
        noun = "model waits" if state.models == 1 else "models wait"
        return Health(False, Need.PROMOTE, f"No champion answers yet; {state.models:,} {noun}. Promote the best?")
    if state.running:
        return Health(True, None, f"The first models are being trained on {state.rows:,} rows.")
    return Health(False, Need.TRAIN, f"{state.rows:,} rows, but no model yet. Launch the first run?")


def _decaying(state: State, decay: Decay) -> Health:
    assert state.since is not None
    seat = f"Champion {state.champion} answers since {day_words(state.since)}."
    fall = f"Its {_fall(state.metric, decay)}"
    if state.better is not None:
        return Health(False, Need.PROMOTE, f"{seat} {fall} Challenger {state.better} beat it. Promote?")
    if state.running:
        return Health(False, None, f"{seat} {fall} A run is at work.")
    return Health(False, Need.RETRAIN, f"{seat} {fall} Retrain?")


def _fall(metric: str, decay: Decay) -> str:
    newest, reference = decay.newest, decay.reference
    assert newest is not None
    assert newest.estimate is not None
    assert reference is not None
    since = f" and since {decay.since:%B %Y}" if decay.since and decay.since != newest.period else ""
    verb = "fell" if METRICS[metric].greater_is_better else "rose"
    return (
        f"{METRICS[metric].label} {verb} from {reference:.2f} on its newest rows to {newest.estimate.value:.2f} in "
        f"{newest.period:%B %Y}, surely{since} ({_band(newest.estimate)}{newest.coverage:.0%} of labels known)."
    ).replace("%", " %")


def _band(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f"band {estimate.low:.2f} to {estimate.high:.2f}, "


def _calm(state: State) -> str:
    label = METRICS[state.metric].label
    if not state.predicted:
        return "Nobody has asked it yet."
    newest = state.decay.newest if state.decay is not None else None
    if newest is None or newest.estimate is None:
        noun = "prediction" if state.predicted == 1 else "predictions"
        return f"{state.predicted:,} {noun}; too few truths are known to judge its {label}."
    words = f"Its {label} was {newest.estimate.value:.2f} in {newest.period:%B %Y}"
    if state.decay is None or state.decay.reference is None:
        return f"{words}; it has no newest rows to compare with."
    return f"{words}, against {state.decay.reference:.2f} on its newest rows: no sure fall."
