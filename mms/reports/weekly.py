"""The weekly report: the health page and the week's events as a paper."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from mms.domain.condition import ProjectWeek, spark_words, summary
from mms.domain.health import day_words
from mms.reports.paper import Block, Facts, Heading, Paper, Sentence, Table

_COLUMNS = ("Champion", "at promotion", "now", "Labels", "Next trigger", "Owner")
"""Facts that the first table shows side by side, by the end of their names."""


def weekly_paper(weeks: Sequence[ProjectWeek], now: datetime) -> Paper:
    """Those that need somebody first; each with its sentences, facts and events."""
    title = f"Models in the week to {day_words(now.astimezone(UTC))}"
    return Paper(title, tuple(_blocks(weeks)), now.astimezone(UTC))


def _blocks(weeks: Sequence[ProjectWeek]) -> Iterator[Block]:
    moods = {week.condition.project: week.condition.mood for week in weeks}
    yield Sentence(summary(moods).replace("**", ""))
    if weeks:
        header = ("Project", "State", "Champion", "Score at promotion", "Score now", *_COLUMNS[3:])
        yield Table(header, tuple(_line(week) for week in weeks), "Every project, those that need somebody first.")
    for week in weeks:
        yield from _project(week)


def _line(week: ProjectWeek) -> tuple[str, ...]:
    condition, named = week.condition, dict(week.condition.facts)
    found = [next((words for name, words in named.items() if name.endswith(end)), "") for end in _COLUMNS]
    return (condition.project, condition.mood.value, *found)


def _project(week: ProjectWeek) -> Iterator[Block]:
    condition = week.condition
    yield Heading(f"{condition.project}: {condition.mood.value}")
    yield Sentence(condition.sentence)
    for note in condition.notes:
        yield Sentence(note)
    yield Facts(condition.facts)
    if len(condition.spark) > 1:
        first, last = condition.spark[0], condition.spark[-1]
        line = spark_words(condition.spark)
        yield Sentence(f"{condition.label} by month {line}, from {first:.3f} to {last:.3f}.")
    if not week.events:
        yield Sentence(f"Nothing was done in the week to {day_words(week.until)}.")
        return
    rows = tuple((f"{event.at:%Y-%m-%d %H:%M}", event.by, event.words) for event in week.events)
    yield Table(("When (UTC)", "Who", "What"), rows, f"What was done in the week to {day_words(week.until)}.")
