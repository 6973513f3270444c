"""Why a score fell: other rows, or worse answers to the same rows, and which segments carry it."""

from dataclasses import dataclass
from datetime import datetime

from mms.domain.tables import Condition

LEAST_ROWS = 50
"""Labelled answers each of the two periods must have."""


@dataclass(frozen=True, slots=True)
class NotYet:
    """Too little is known to split a fall; sentence: what is missing."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the change, with its 95 % band; units of the error."""

    value: float
    low: float
    high: float

    @property
    def is_sure(self) -> bool:
        """Whether its band leaves out 0."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Group:
    """Rows told apart by a rule. share: of all rows; error: their mean, None without rows; before and after.

    mix, relation: what the group adds to the change of the mean error.
    """

    rule: str
    conditions: tuple[Condition, ...]
    share_before: float
    share_after: float
    error_before: float | None
    error_after: float | None
    mix: float
    relation: float

    @property
    def change(self) -> float:
        """All that it adds."""
        return self.mix + self.relation


@dataclass(frozen=True, slots=True)
class Why:
    """The mean error of two periods and the way from one to the other. groups: greatest change first.

    since, split_at, until: the periods; n_before, n_after: labelled answers that were looked at. counts: whether an
    error is a wrong answer (a share), else it is an absolute error in units of the target.
    """

    since: datetime
    split_at: datetime
    until: datetime
    n_before: int
    n_after: int
    before: float
    after: float
    mix: Share
    relation: Share
    groups: tuple[Group, ...]
    counts: bool

    @property
    def sentence(self) -> str:
        """The split in words."""
        change = self.after - self.before
        verb = "rose" if change > 0 else "fell"
        start = f"Its mean error {verb} from {self._level(self.before)} to {self._level(self.after)}."
        how = "worse" if self.relation.value > 0 else "better"
        parts = (
            f"{self._amount(self.mix)} come of other rows (mix shift), {self._amount(self.relation)} of {how} answers "
            "to the same rows (changed relation)"
        )
        return f"{start} {parts}.{self._carried(change)}"

    def _level(self, value: float) -> str:
        return f"{value:.1%}".replace("%", " %") if self.counts else f"{value:.4g}"

    def _amount(self, share: Share) -> str:
        scale, unit = (100.0, " points") if self.counts else (1.0, "")
        low, high = share.low * scale, share.high * scale
        return f"{share.value * scale:+.3g}{unit} ({low:+.3g} to {high:+.3g})"

    def _carried(self, change: float) -> str:
        """The group that carries most of it, where one does."""
        if not self.groups or change == 0 or self.groups[0].change / change < 0.25:
            return ""
        first = self.groups[0]
        if first.change / change > 1:
            return f" More than all of it lies where {first.rule}; other groups changed the other way."
        part = f"{first.change / change:.0%}".replace("%", " %")
        return f" {part} of it lies where {first.rule}."
