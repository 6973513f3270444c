"""Slice leaderboards: models ranked anew on the rows of one rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mms.domain.canonical import parsed_json
from mms.domain.comparison import ALPHA, PairedTest, p_words
from mms.domain.errors import Invalid
from mms.domain.models import RankedModel
from mms.domain.scores import METRICS
from mms.domain.segments import conditions_from_json
from mms.domain.tables import Condition

LEAST = 30
"""A slice of fewer rows ranks nobody: what is told of it is marked as too few to judge by."""

MOST = 20
"""Models that are ranked at once, the best of their run or snapshot."""


@dataclass(frozen=True, slots=True)
class SliceAsked:
    """Which models on which rows. Models by their ids, else the best of a run, else of a snapshot, else of the best
    model's snapshot. metric: None takes the project's own.
    """

    project_id: int
    conditions: tuple[Condition, ...]
    model_ids: tuple[int, ...] = ()
    run_id: int | None = None
    snapshot_id: int | None = None
    metric: str | None = None


@dataclass(frozen=True, slots=True)
class SliceStanding:
    """One model on the slice. score: of the slice's rows together; sd: over the folds that determine it (None of fewer
    than two); whole: mean over the folds of all rows; all in stored units, None where the rows do not determine them.

    place, place_whole: from 1, on the slice and on all rows. test: the first on the slice against it, over the folds of
    the slice that determine both; None of the first itself, and where these are fewer than two. p_adjusted: Holm, over
    the models that the first was tested against.
    """

    model: RankedModel
    score: float | None
    sd: float | None
    folds: int
    whole: float | None
    place: int
    place_whole: int
    test: PairedTest | None = None
    p_adjusted: float | None = None

    @property
    def distinguishable(self) -> bool:
        """Whether the folds of the slice tell it from the first."""
        return self.p_adjusted is not None and self.p_adjusted < ALPHA

    @property
    def words(self) -> str:
        """How it stands against the first, for a cell of a table."""
        if self.test is None or self.p_adjusted is None:
            return "first" if self.place == 1 else "not tested"
        told = "worse" if self.test.mean > 0 else "better fold by fold"
        return f"{told if self.distinguishable else 'not distinguishable'}, p {p_words(self.p_adjusted)}"


@dataclass(frozen=True, slots=True)
class SliceBoard:
    """The models in the slice's order. rule: in words; n, total: rows of the slice, and all that were scored."""

    metric: str
    rule: str
    snapshot_id: int
    n: int
    total: int
    standings: tuple[SliceStanding, ...]

    @property
    def is_judged(self) -> bool:
        """Whether the slice has enough rows to rank by."""
        return self.n >= LEAST

    @property
    def words(self) -> str:
        """What the slice says, in a sentence or two."""
        if not self.n:
            return f"No scored row has {self.rule}."
        rows = f"{self.n:,} of {self.total:,} rows have {self.rule}"
        scored = [one for one in self.standings if one.score is not None]
        metric = METRICS[self.metric]
        if not scored:
            return f"{rows}, and they do not determine {metric.label} of any model."
        best, usual = scored[0], min(self.standings, key=lambda one: one.place_whole)
        assert best.score is not None
        doubt = "" if best.sd is None else f" ± {best.sd:.3f}"
        said = f"{rows}. {best.model.name} is best on them, {metric.label} {metric.natural(best.score):.3f}{doubt}"
        if best.model.id == usual.model.id:
            said += ", as it is on all rows."
        else:
            said += f"; on all rows it is {usual.model.name}, which comes {_nth(usual.place)} here."
        said += self._doubt
        return said if self.is_judged else f"{said} {self.n:,} rows are too few to judge by: {LEAST} is the least."

    @property
    def _doubt(self) -> str:
        """Whom the tests cannot tell from the first."""
        tested = [one for one in self.standings if one.test is not None]
        if not tested:
            return ""
        alike = sum(not one.distinguishable for one in tested)
        others = f"{len(tested)} other{'' if len(tested) == 1 else 's'}"
        return (
            f" The tests cannot tell {alike} of {others} from it." if alike else " The tests tell it from every other."
        )

    def to_json(self) -> dict[str, Any]:
        """The leaderboard as plain JSON, scores in natural units."""
        metric = METRICS[self.metric]

        def natural(score: float | None) -> float | None:
            return None if score is None else metric.natural(score)

        rows: list[Mapping[str, Any]] = [
            {
                "model_id": one.model.id, "name": one.model.name, "score": natural(one.score), "sd": one.sd,
                "folds": one.folds, "whole": natural(one.whole), "place": one.place, "place_whole": one.place_whole,
                "p": one.p_adjusted, "against_first": one.words,
            }
            for one in self.standings
        ]  # fmt: skip
        return {
            "metric": self.metric, "rule": self.rule, "snapshot_id": self.snapshot_id, "n": self.n,
            "total": self.total, "judged": self.is_judged, "words": self.words, "standings": rows,
        }  # fmt: skip


def rule_from_text(text: str) -> tuple[Condition, ...]:
    """The conditions of a link, '[["x", ">", 0]]'; Invalid where the text is none."""
    try:
        return conditions_from_json(parsed_json(text))
    except (ValueError, TypeError, KeyError) as error:
        raise Invalid(
            f"'{text:.60}' is no rule: write a JSON list of [column, operator, value], or open it from a model."
        ) from error


def _nth(place: int) -> str:
    ending = "th" if 10 <= place % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"
