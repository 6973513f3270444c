"""A trigger's rule by widgets: what to watch, how much it takes, what holds it back, what it then does."""

from collections.abc import Mapping, Sequence
from datetime import time
from functools import cache
from zoneinfo import available_timezones

import streamlit as st

from mms.domain.decay import Grain
from mms.domain.projects import Project
from mms.domain.rules import Budget, Condition, Needs, Quiet, Rule, Space, TriggerKind, Window, WindowKind
from mms.domain.scores import METRICS, metrics_of

CLOCK = "clock"
"""Time that a cron expression tells, beside the age that `TriggerKind.TIME` counts."""

WATCHES: Mapping[str, tuple[str, str, float]] = {
    TriggerKind.SIZE: ("New labels", "New labelled rows since the champion's snapshot", 1000.0),
    TriggerKind.TIME: ("Age of the champion", "Age of the champion in days", 90.0),
    CLOCK: ("The clock", "When (cron: minute, hour, day, month, weekday)", 0.0),
    TriggerKind.DECAY: ("Decay", "Sure fall of the score", 0.05),
    TriggerKind.ESTIMATED: ("Estimated decay", "Sure fall of the score as estimated without labels", 0.05),
    TriggerKind.DRIFT: ("Drift", "Drift score, 0 to 1", 0.5),
    TriggerKind.COST: ("Cost of mistakes", "What mistakes cost more than at promotion", 1000.0),
}
"""What is watched -> its name, what its threshold means, and a first value."""

_GRAINS = (Grain.DAY, Grain.WEEK, Grain.MONTH)
_NEEDS = {"any": "any of them holds", "all": "all of them hold"}


def rule_form(project: Project, key: str) -> Rule:
    """The widgets, and the rule they make; it may be one that is refused."""
    names, metrics = list(WATCHES), [metric.name for metric in metrics_of(project.task)]
    chosen = st.multiselect(
        "Watch", names, default=names[:1], format_func=lambda n: WATCHES[n][0], key=f"{key}_watch",
        help="A trigger may watch several things at once.",
    )  # fmt: skip
    conditions = tuple(_condition(name, project, metrics, key) for name in chosen)
    needs = _needs(len(conditions), key) if len(conditions) > 1 else Needs.ANY
    row = st.columns(3)
    rest = row[0].number_input(
        "Rest after a firing (days)", min_value=0.0, value=30.0, format="%g", key=f"{key}_rest",
        help="0: fires again only after what it watches was well once more.",
    )  # fmt: skip
    window = _window(row[1], key)
    space = row[2].selectbox(
        "Try", list(Space), format_func=lambda s: s.words, key=f"{key}_space", help="What the retraining fits."
    )
    with st.expander("Limits: quiet hours, budget, least labels"):
        quiet, budget = _quiet(key), _budget(key)
        labels = st.number_input(
            "Mature labels it needs at least", min_value=0, value=0, step=50, key=f"{key}_labels",
            help="Labelled answers of the champion in periods whose labels are in; below that nothing fires.",
        )  # fmt: skip
    return Rule(conditions, needs, rest, quiet, budget, labels, window, space)


def _condition(name: str, project: Project, metrics: Sequence[str], key: str) -> Condition:
    _, words, value = WATCHES[name]
    if name == CLOCK:
        left, right = st.columns([2, 1])
        cron = left.text_input(words, "0 2 * * 1", key=f"{key}_cron", help="'0 2 * * 1' is Mondays at 02:00.")
        return Condition(TriggerKind.TIME, cron=cron, zone=time_zone(right, f"{key}_cron_zone"))
    kind = TriggerKind(name)
    if kind not in (TriggerKind.DECAY, TriggerKind.ESTIMATED):
        return Condition(kind, st.number_input(words, value=value, format="%g", key=f"{key}_{name}"))
    left, right, last = st.columns(3)
    threshold = left.number_input(words, value=value, format="%g", key=f"{key}_{name}")
    primary = [project.primary_metric] if project.primary_metric in metrics else []
    ordered = [*primary, *(metric for metric in metrics if metric not in primary)]
    metric = right.selectbox("Score", ordered, format_func=lambda m: METRICS[m].label, key=f"{key}_{name}_metric")
    grain = last.selectbox(
        "In 2 of the last 3", _GRAINS, format_func=lambda g: f"{g}s", index=2, key=f"{key}_{name}_grain"
    )
    return Condition(kind, threshold, metric=metric, grain=grain)


def _needs(count: int, key: str) -> Needs | int:
    options = {**_NEEDS, **{str(n): f"at least {n} hold" for n in range(2, count)}}
    chosen = st.radio("Fire when", list(options), format_func=options.__getitem__, horizontal=True, key=f"{key}_needs")
    return int(chosen) if chosen.isdecimal() else Needs(chosen)


def _window(place: "st.delta_generator.DeltaGenerator", key: str) -> Window | None:
    names = {"policy": "what the policy says", **{kind.value: kind.value for kind in WindowKind}}
    chosen = place.selectbox("Learn from", list(names), format_func=names.__getitem__, key=f"{key}_window")
    if chosen == "policy":
        return None
    if chosen != WindowKind.LAST_DAYS:
        return Window(WindowKind(chosen))
    return Window(WindowKind.LAST_DAYS, int(place.number_input("Days", min_value=1, value=28, key=f"{key}_days")))


def _quiet(key: str) -> Quiet | None:
    if not st.toggle("Quiet hours", key=f"{key}_quiet", help="Hours in which nothing fires; it fires when they end."):
        return None
    row = st.columns(3)
    start = row[0].time_input("From", time(22), key=f"{key}_from")
    end = row[1].time_input("To", time(6), key=f"{key}_to")
    return Quiet(start, end, time_zone(row[2], f"{key}_quiet_zone"))


def _budget(key: str) -> Budget | None:
    if not st.toggle("Budget", key=f"{key}_budget", help="At most so many firings in so many days."):
        return None
    row = st.columns(2)
    count = row[0].number_input("Firings at most", min_value=1, value=2, key=f"{key}_firings")
    return Budget(count, row[1].number_input("in days", min_value=1.0, value=30.0, format="%g", key=f"{key}_in"))


def time_zone(place: "st.delta_generator.DeltaGenerator", key: str) -> str:
    """A time zone of the IANA data, by name."""
    return str(place.selectbox("Time zone", _zones(), key=key))


@cache
def _zones() -> list[str]:
    return ["UTC", *sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))]
