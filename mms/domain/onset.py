"""Onset: since when a model's errors are more than they were, in words."""

from dataclasses import dataclass
from datetime import datetime

_WHAT = {
    "precision": "of what it flagged, the share that was wrong",
    "recall": "of the positives, the share it missed",
    "f1": "the share of misses and false alarms",
    "mae": "the mean error",
    "rmse": "the mean error",
    "r2": "the mean error",
}


@dataclass(frozen=True, slots=True)
class Onset:
    """A rise of the error that lasts. began, seen: the days (UTC) of the first worse answers and of the alarm.

    before, after: mean errors, shares or units of the target; second: whether Page and Hinkley's test agrees.
    """

    metric: str
    began: datetime
    seen: datetime
    before: float
    after: float
    second: bool

    @property
    def sentence(self) -> str:
        """What happened, since when, and how sure it is."""
        what = _WHAT.get(self.metric, "the share of wrong answers")
        numbers = f"{self.before:.3g} to {self.after:.3g}"
        if self.metric not in ("mae", "rmse", "r2"):
            numbers = f"{self.before:.1%} to {self.after:.1%}".replace("%", " %")
        agree = "ADWIN, and Page-Hinkley agrees" if self.second else "ADWIN; Page-Hinkley sees nothing sure"
        day = f"{self.began.day} {self.began:%B %Y}"
        return f"Decay began about {day}: {what} rose from {numbers} ({agree})."
