"""The hold-out in words: what a promotion opens, what it showed, how often it was opened."""

from mms.domain.openings import HoldoutView, looks
from mms.domain.scores import Metric
from pages.parts.formatting import counted, day_words, score_of

HOLDOUT = "hold-out: rows that no fold and no final fit saw, newest in time where there is a time"


def holdout_words(view: HoldoutView, metric: Metric) -> str | None:
    """How a model stands to its snapshot's hold-out; None where there is none."""
    if not view.rows:
        return None
    rows, often = counted(view.rows, "row"), looks(len(view.openings))
    if view.contained:
        return f"It was refitted on the {rows} of the hold-out too, so nothing is left to open for it."
    if view.opening is None:
        return f"**Promoting it opens the hold-out**, once: {rows} that no fold and no final fit saw. {often}"
    score = view.opening.scores.get(metric.name)
    told = f"{metric.label} is not determined there" if score is None else f"{metric.label} {score_of(metric, score)}"
    seen = counted(view.opening.rows, "row")
    return f"On the hold-out, opened for it on {day_words(view.opening.opened_at)} ({seen}): **{told}**. {often}"
