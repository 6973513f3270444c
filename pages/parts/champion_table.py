"""Seats as a table, and the sentence above it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import pandas as pd

from db.queries.promotions import Champion
from mms.domain.openings import Opening
from mms.domain.projects import Project
from mms.domain.scores import METRICS, Metric
from pages.parts.formatting import age, counted, day_words, score_of


def seats_sentence(seats: Sequence[Champion], project: Project, present: datetime, day: date | None) -> str:
    """Who answers, in one sentence."""
    when = "" if day is None else f"On {day:%-d %b %Y} "
    if not seats:
        return f"{when}{project.name} had no champion." if day else f"{project.name} has no champion yet."
    seat = seats[0]
    since = f"since {day_words(seat.promotion.promoted_at)}"
    if seat.promotion.scope != "global":
        return f"{when}{counted(len(seats), 'scope')} of {project.name} had a champion, but not the whole population."
    verb = "answered" if day else "answers"
    others = f", and {counted(len(seats) - 1, 'scope')} {'has its' if len(seats) == 2 else 'have their'} own"
    old = "" if day else f" ({age(seat.promotion.promoted_at, present)})"
    return f"{when}**{seat.model.name}** {verb} for {project.name} {since}{old}{others if len(seats) > 1 else ''}."


def seat_frame(
    seats: Sequence[Champion], openings: Mapping[int, Opening], project: Project, present: datetime
) -> pd.DataFrame:
    """One row a scope. openings: of the champions, by model."""
    metric = METRICS[project.primary_metric]
    return pd.DataFrame(
        [
            {
                "scope": seat.promotion.scope,
                "champion": seat.model.name,
                f"{metric.label} at the folds": score_of(metric, seat.model.score, seat.model.score_sd),
                f"{metric.label} on the hold-out": _opened(openings.get(seat.model.id), metric),
                "since": seat.promotion.promoted_at,
                "age": age(seat.promotion.promoted_at, present),
                "seated by": seat.promotion.promoted_by,
                "why": seat.promotion.reason,
                "against the advice": "yes" if seat.promotion.against_advice else "no",
            }
            for seat in seats
        ]
    )


def _opened(opening: Opening | None, metric: Metric) -> str:
    """The score there, never opened and undetermined ones as a dash."""
    score = None if opening is None else opening.scores.get(metric.name)
    return "–" if score is None else score_of(metric, score)
