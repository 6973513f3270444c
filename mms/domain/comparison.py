"""Comparison: whether one model is better than another on the same rows and folds, and the words that say so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, log2, sqrt

from mms.domain.errors import Invalid
from mms.domain.logs import ELSEWHERE
from mms.domain.models import RankedModel
from mms.domain.projects import Policy
from mms.domain.scores import METRICS, Metric
from mms.domain.snapshots import FOLDS
from mms.domain.triples import BASELINE

SMALL = 0.01
"""A difference of one hundredth is practically none: of a share, or of the baseline's error."""

SURE = 0.95
"""From this probability on a comparison is settled."""

ALPHA = 0.05
"""A difference from the best counts when its adjusted p lies below this."""


MOST = 20
"""So many models one can still read side by side."""


@dataclass(frozen=True, slots=True)
class PairedTest:
    """One model minus another over the folds on which both are scored; stored units, so that greater is better.

    mean, se: of the differences, with the corrected standard error. t, p: corrected resampled t-test, two-sided; t is
    infinite where every fold differs by the same. better, equal, worse: posterior probabilities that the first is
    better by more than `rope`, differs by at most that, is worse by more.
    """

    folds: int
    mean: float
    se: float
    t: float
    p: float
    rope: float
    better: float
    equal: float
    worse: float


@dataclass(frozen=True, slots=True)
class Contender:
    """A model as a comparison sees it.

    scores: fold -> primary metric, stored units, without folds that do not determine it. ratios: fold ->
    n_validate/n_train. features: columns its estimator saw, None where not recorded. predict_seconds, fit_seconds:
    sums over the folds. predicted: how many rows the former were for (each fold answers its training rows too).
    """

    model: RankedModel
    scores: Mapping[int, float]
    ratios: Mapping[int, float]
    features: int | None
    predict_seconds: float
    fit_seconds: float
    predicted: int = 0

    @property
    def row_seconds(self) -> float | None:
        """Seconds to predict one row; None where no fold is stored."""
        return self.predict_seconds / self.predicted if self.predicted else None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two compared models. p_adjusted: Holm, over all pairs of the comparison."""

    model_id: int
    other_id: int
    test: PairedTest
    p_adjusted: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models or more on the same rows and folds, best first, and each against every worse one, in that order."""

    metric: str
    rope: float
    models: tuple[Contender, ...]
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A model on a leaderboard. in_band: within one standard error of the best.

    test: the best against it; None of the best itself, and where they share fewer than 2 scored folds. p_adjusted:
    Holm, over the models that the best was tested against.
    """

    contender: Contender
    in_band: bool
    test: PairedTest | None
    p_adjusted: float | None

    @property
    def model(self) -> RankedModel:
        """The model."""
        return self.contender.model

    @property
    def distinguishable(self) -> bool:
        """Whether the folds tell it from the best."""
        return self.p_adjusted is not None and self.p_adjusted < ALPHA

    @property
    def words(self) -> str:
        """How it stands, for a cell of a table."""
        if self.test is None:
            return "best" if self.in_band else "not tested"
        words = "worse" if self.distinguishable else "not distinguishable"
        return f"{'≈ ' if self.in_band else ''}{words}, p {p_words(self.p_adjusted or 0.0)}"


@dataclass(frozen=True, slots=True)
class Standings:
    """A leaderboard with its doubt, best first. simplest: the simplest model of the band, which may be the best.

    tried: how many triples were scored on this snapshot, the baseline left out.
    """

    metric: str
    rope: float
    tried: int
    rows: tuple[Standing, ...]
    simplest: Contender

    @property
    def band(self) -> tuple[Standing, ...]:
        """The best and those within one standard error of it."""
        return tuple(row for row in self.rows if row.in_band)


@dataclass(frozen=True, slots=True)
class Alignment:
    """How models become comparable: all on the snapshot and scope of the one with the newest snapshot.

    there: model id -> the live model of the same triple there (itself, where it is there already). refits: models
    whose triple must be fitted there. under_way: an unfinished run there that fits one of them. refused: why a model
    cannot be refitted. fits, seconds: what the refits cost with the run's baseline.
    """

    snapshot_id: int
    snapshot: str
    scope: str
    seed: int
    there: Mapping[int, int]
    refits: tuple[int, ...]
    under_way: int | None
    refused: tuple[str, ...]
    fits: int
    seconds: float


def ids_of(text: str) -> list[int]:
    """The model ids of '3,1,2', each once; Invalid where one is no number."""
    parts = list(dict.fromkeys(part for part in text.split(",") if part))
    for part in parts:
        if not (part.isascii() and part.isdecimal() and len(part) < 19):
            raise Invalid(f"'{part}' is no number of a model: choose models in the model table.")
    return [int(part) for part in parts]


def readable_ids(text: str, most: int = MOST) -> tuple[list[int], list[str]]:
    """What an address can be made sense of: at most `most` ids, and a sentence for each part that is left out."""
    ids, sentences = [], []
    for part in dict.fromkeys(part for part in text.split(",") if part):
        try:
            ids += ids_of(part)
        except Invalid as error:
            sentences.append(error.sentence)
    if len(ids) > most:
        sentences.append(f"At most {most} models are compared at once, and these are {len(ids)}: the first are shown.")
    return ids[:most], sentences


def why_not_comparable(models: Sequence[RankedModel]) -> str | None:
    """None when all are scored on the same rows and folds, else the sentence that says why not."""
    away = next((model for model in models if model.algorithm == ELSEWHERE), None)
    if away is not None:
        return f"{away.name} is served elsewhere, so no folds of it are scored here: see the page Decay."
    for one, other in pairwise(models):
        if one.project_id != other.project_id:
            return f"{one.name} and {other.name} belong to different projects: compare models of one project."
        if one.snapshot_id != other.snapshot_id:
            return (
                f"{one.name} and {other.name} were scored on different snapshots, so on different rows: "
                "refit one of them on the snapshot of the other."
            )
        if one.scope != other.scope:
            return (
                f"{one.name} learnt from the rows of '{one.scope}', {other.name} from those of '{other.scope}': "
                "refit one of them on the rows of the other."
            )
    return None


def rope_of(policy: Policy, metric: Metric, baseline: float | None) -> float:
    """Half the width of practical equality, stored units: the project's, else a hundredth.

    Of a share (F1, accuracy, AUC, R²) a hundredth is 0.01. Of an error (RMSE, MAE, log loss), which has no natural
    scale, it is 1 % of the baseline's error; for log loss that is 0.01 of McFadden's R², as the baseline's log loss
    is the entropy of the classes. baseline: its mean score; without one no difference of errors is too small to count.
    """
    if policy.rope is not None:
        return policy.rope
    return SMALL if metric.greater_is_better else SMALL * abs(baseline or 0.0)


def band_of(models: Sequence[RankedModel]) -> list[RankedModel]:
    """The best model and those within one standard error (sd/√12) of it, best first; empty without models.

    Only models on the best one's rows and folds are judged. The one-standard-error rule of Breiman et al. (1984),
    as in Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, 7.10.
    """
    ranked = sorted(models, key=lambda model: (-model.score, model.id))
    if not ranked:
        return []
    best, *others = ranked
    reach = standard_error(best)
    return [best, *(m for m in others if why_not_comparable([best, m]) is None and best.score - m.score <= reach)]


def standard_error(model: RankedModel) -> float:
    """sd/√12 of a model's fold scores, as the one-standard-error rule takes it; too small to be its doubt."""
    return model.score_sd / sqrt(FOLDS)


def simplest(contenders: Sequence[Contender], ranks: Mapping[str, int]) -> Contender:
    """The one to prefer among equally good ones: fewer features, then the algorithm that is easier to read (`ranks`:
    name -> rank), then quicker to predict, then quicker to fit, then the better score.

    The baseline looks at no feature. Times count by doublings beyond a second, for less is noise.
    """

    def doublings(seconds: float) -> int:
        return round(log2(max(seconds, 1.0)))

    def effort(c: Contender) -> tuple[float, float, int, int, float, int]:
        seen = inf if c.features is None else c.features
        features = 0 if c.model.algorithm == BASELINE else seen
        times = doublings(c.predict_seconds), doublings(c.fit_seconds)
        return (features, ranks.get(c.model.algorithm, inf), *times, -c.model.score, c.model.id)

    return min(contenders, key=effort)


def chance_words(chance: float) -> str:
    """'82 %'; never a false 0 or 100."""
    if chance < 0.005:
        return "under 1 %"
    return "over 99 %" if chance > 0.995 else f"{100 * chance:.0f} %"


def p_words(p: float) -> str:
    """'0.412'; never a false 0."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def amount_words(metric: Metric, amount: float) -> str:
    """'0.01 F1', '1,240 RMSE'."""
    digits = f"{amount:,.0f}" if amount >= 1000 else f"{amount:.3g}"
    return f"{digits} {metric.label}"


def verdict_words(test: PairedTest, one: str, other: str) -> str:
    """Whether it is settled, in a few words. one, other: the models' names."""
    if test.better >= SURE:
        return f"{one} is better than {other}"
    if test.worse >= SURE:
        return f"{other} is better than {one}"
    if test.equal >= SURE:
        return f"{one} and {other} are practically equal"
    return f"{one} and {other} are not distinguishable"


def outcome_words(test: PairedTest, one: str, other: str, metric: Metric) -> str:
    """The chances in one sentence."""
    by = f" by more than {amount_words(metric, test.rope)}" if test.rope else ""
    equal = f", {chance_words(test.equal)} that they are practically equal" if test.rope else ""
    return (
        f"{chance_words(test.better)} chance that {one} is better than {other}{by}{equal}, "
        f"{chance_words(test.worse)} that it is worse."
    )


def conclusion(comparison: Comparison) -> str:
    """The verdict on the best of them against the runner-up."""
    first = comparison.pairs[0]
    return verdict_words(first.test, *_named(comparison, first))


def evidence(comparison: Comparison, cost: str = "") -> str:
    """The chances behind the conclusion; of more than two models also whom the best cannot be told from.

    cost: a clause about what the best one's predictions cost, to end the sentence with.
    """
    first = comparison.pairs[0]
    words = outcome_words(first.test, *_named(comparison, first), METRICS[comparison.metric])
    words = f"{words[:-1]}; {cost}." if cost else words
    leading = [pair for pair in comparison.pairs if pair.model_id == first.model_id]
    if len(leading) == 1:
        return words
    alike = [_named(comparison, pair)[1] for pair in leading if pair.test.better < SURE]
    if not alike:
        return f"{words} It is better than all {len(leading)} others."
    return f"{words} Of {len(leading)} others, {len(alike)} cannot be told from it: {', '.join(alike)}."


def _named(comparison: Comparison, pair: Pair) -> tuple[str, str]:
    names = {c.model.id: c.model.name for c in comparison.models}
    return names[pair.model_id], names[pair.other_id]


def standings_words(standings: Standings) -> str:
    """What the leaderboard says: the best of how many tried, how wide the band is, and which model to prefer."""
    best, band, others = standings.rows[0], standings.band, len(standings.rows) - 1
    tried = f"{standings.tried:,} triple{'' if standings.tried == 1 else 's'} tried on this snapshot"
    if not others:
        return f"**{best.model.name}** is the only model of this run, after {tried}."
    luck = ": the best of many owes some of its score to luck" if standings.tried > 1 else ""
    words = f"**{best.model.name}** is best of this run, after {tried}{luck}."
    alike = sum(row.test is not None and not row.distinguishable for row in standings.rows)
    told = f" The tests cannot tell {alike} of {others} other{'' if others == 1 else 's'} from it." if alike else ""
    told = told or " The tests tell it from every other."
    if len(band) == 1:
        return f"{words} No other comes within one standard error of it.{told}"
    error = amount_words(METRICS[standings.metric], standard_error(best.model))
    words += (
        f" {len(band) - 1} come{'s' if len(band) == 2 else ''} within one standard error of it ({error}; shaded, ≈)"
    )
    return f"{words}{_preference(standings.simplest, best.contender)}{told}"


def _preference(chosen: Contender, best: Contender) -> str:
    if chosen.model.algorithm == BASELINE:
        return ", even the baseline, which looks at no feature: nothing was learnt for sure."
    if chosen.model.id == best.model.id:
        return "; it is the simplest of them."
    fewer = chosen.features is not None and best.features is not None and chosen.features < best.features
    why = f" ({chosen.features:,} features, not {best.features:,})" if fewer else ""
    return f"; the simplest of them is **{chosen.model.name}**{why}: prefer it."
