"""What a random sample tells of a score, beside labels that came by themselves, and how many more labels it takes."""

from dataclasses import dataclass, fields

from mms.domain.buckets import Estimate
from mms.domain.label_requests import LabelDraw
from mms.domain.scores import METRICS


@dataclass(frozen=True, slots=True)
class SampleEstimate:
    """A draw's score. sampled: its rows so far; labelled: those with a truth, so the others nobody could tell.

    estimate: of all answers that were without a truth when it was drawn. came: of the labels of the same scope and days
    that nobody was asked for, came_n of them. needed: more random labels until half the band is at most `within`
    (natural units); None: not to be told yet. points: `within` as hundredths of 1, or percent of an error. left: rows
    of the draw that wait.
    """

    draw: LabelDraw
    metric: str
    points: float
    sampled: int
    labelled: int
    estimate: Estimate | None
    came: Estimate | None
    came_n: int
    within: float | None
    needed: int | None
    left: int | None = None

    @property
    def sentence(self) -> str:
        """The score with its band, and what to do next."""
        return f"{self._told} {self._next}".strip()

    @property
    def beside(self) -> str:
        """How the labels that came by themselves compare; empty where one of both is not known."""
        if self.estimate is None or self.came is None:
            return ""
        said = (
            f"The {self.came_n:,} labels that came by themselves say {METRICS[self.metric].label} {_banded(self.came)}"
        )
        if _apart(self.estimate, self.came):
            return f"{said}: surely another score, so those that came are of another kind than those that wait."
        return f"{said}: no sure difference."

    @property
    def _told(self) -> str:
        label = METRICS[self.metric].label
        if self.estimate is None:
            return f"{self.labelled:,} random rows have a label: too few to tell {label} yet."
        missing = self.sampled - self.labelled
        doubt = f" {missing} of the sampled rows nobody could tell, which the band does not know." if missing else ""
        return (
            f"{label} of the {self.draw.frame_n:,} answers that waited: {_banded(self.estimate)}, from "
            f"{self.labelled:,} random rows.{doubt}"
        )

    @property
    def _next(self) -> str:
        label = METRICS[self.metric].label
        near = f"{self.points:g} points" if METRICS[self.metric].greater_is_better else f"{self.points:g} %"
        if self.needed is None and self.estimate is not None and self.estimate.low is None:
            return f"No band of {label} is known, so how many more it takes is not either."
        if self.needed is None:
            return "Label 20 more to learn how many it takes."
        if self.needed == 0:
            return f"{label} is known within {near}."
        more = f"**Label {self.needed:,} more to know {label} within {near}.**"
        if self.left is not None and self.needed > self.left:
            return f"{more} This draw has {self.left:,} left, which leave a wider band."
        return more

    @property
    def plain_sentence(self) -> str:
        """The sentence without marks of stress."""
        return self.sentence.replace("**", "")

    def to_json(self) -> dict[str, object]:
        """Its fields, with what they say."""
        own: dict[str, object] = {field.name: getattr(self, field.name) for field in fields(self)}
        return own | {"sentence": self.plain_sentence, "beside": self.beside}


def _apart(a: Estimate, b: Estimate) -> bool:
    """Whether two bands do not meet."""
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return False
    return a.high < b.low or b.high < a.low


def _banded(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.3f}"
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"
