"""Who lies in the band, who is proposed, how wide practical equality is, and the words for all of it."""

from datetime import UTC, datetime

import pytest

from mms.domain.comparison import (
    Comparison,
    Contender,
    Pair,
    PairedTest,
    Standing,
    Standings,
    amount_words,
    band_of,
    chance_words,
    conclusion,
    evidence,
    ids_of,
    outcome_words,
    rope_of,
    simplest,
    standings_words,
    why_not_comparable,
)
from mms.domain.errors import Invalid
from mms.domain.logs import ELSEWHERE
from mms.domain.models import ModelState, RankedModel
from mms.domain.projects import Policy
from mms.domain.scores import METRICS

THEN = datetime(2026, 1, 1, tzinfo=UTC)
RANKS = {"dummy": 0, "ridge": 2, "forest": 7}


def model(model_id: int, score: float, sd: float = 0.1, **place: object) -> RankedModel:
    """A row of the model table; its spread of 0.1 makes a standard error of 0.029."""
    where = {"project_id": 1, "snapshot_id": 1, "scope": "global", "algorithm": "ridge"} | place
    return RankedModel(
        id=model_id, version=model_id, run_id=1, recipe="plain", hyperparameters={}, state=ModelState.CANDIDATE,
        score=score, score_sd=sd, build_seconds=1, artifact_size=1, owner="ada", created_at=THEN, touched_at=THEN,
        **where,
    )  # type: ignore[arg-type]  # fmt: skip


def contender(
    model_id: int,
    algorithm: str = "ridge",
    features: int | None = 5,
    predict: float = 1.0,
    fit: float = 1.0,
    predicted: int = 0,
) -> Contender:
    return Contender(model(model_id, 0.5, algorithm=algorithm), {}, {}, features, predict, fit, predicted)


def outcome(better: float, equal: float, worse: float, p: float = 0.3, rope: float = 0.01) -> PairedTest:
    return PairedTest(12, 0.02, 0.01, 2.0, p, rope, better, equal, worse)


def test_the_band_reaches_one_standard_error_below_the_best() -> None:
    best, near, far = model(1, 0.5), model(2, 0.4712), model(3, 0.4711)

    assert band_of([far, near, best]) == [best, near]  # 0.1 / sqrt(12) = 0.02887


@pytest.mark.parametrize("place", [{"snapshot_id": 2}, {"scope": "group:a=b"}, {"project_id": 2}])
def test_a_model_on_other_rows_or_folds_is_never_in_the_band(place: dict[str, object]) -> None:
    best, foreign = model(1, 0.5), model(2, 0.499, **place)

    assert band_of([best, foreign]) == [best]


def test_without_models_there_is_no_band() -> None:
    assert band_of([]) == []


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ({}, None),
        ({"snapshot_id": 2}, "v1 ridge and v2 ridge were scored on different snapshots"),
        ({"scope": "user:9"}, "v1 ridge learnt from the rows of 'global', v2 ridge from those of 'user:9'"),
        ({"algorithm": ELSEWHERE}, "v2 elsewhere is served elsewhere, so no folds of it are scored here"),
        ({"project_id": 2}, "v1 ridge and v2 ridge belong to different projects"),
    ],
)
def test_models_are_comparable_on_the_same_rows_and_folds_only(place: dict[str, object], sentence: str | None) -> None:
    told = why_not_comparable([model(1, 0.5), model(2, 0.5, **place)])

    assert told is None if sentence is None else told is not None and told.startswith(sentence)


@pytest.mark.parametrize(
    ("rope", "metric", "baseline", "expected"),
    [
        (None, "f1", 0.2, 0.01),
        (None, "roc_auc", None, 0.01),
        (None, "r2", -0.01, 0.01),
        (None, "rmse", -50.0, 0.5),
        (None, "log_loss", -0.69, 0.0069),
        (None, "mae", None, 0.0),
        (0.03, "rmse", -50.0, 0.03),
        (0.0, "f1", None, 0.0),
    ],
)
def test_practical_equality_is_the_projects_or_a_hundredth(
    rope: float | None, metric: str, baseline: float | None, expected: float
) -> None:
    assert rope_of(Policy(rope=rope), METRICS[metric], baseline) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("contenders", "chosen"),
    [
        ([contender(1, features=9), contender(2, "forest", features=3)], 2),
        ([contender(1, features=None), contender(2, features=900)], 2),
        ([contender(1, "forest"), contender(2, "ridge")], 2),
        ([contender(1, "voting"), contender(2, "forest")], 2),
        ([contender(1, predict=8.0), contender(2, predict=4.0, fit=9.0)], 2),
        ([contender(1, fit=8.0), contender(2, fit=4.0)], 2),
        ([contender(2, predict=0.01, fit=4.4), contender(1, predict=0.9, fit=4.6)], 1),
        ([contender(2), contender(1)], 1),
        ([contender(1, features=3), contender(2, "dummy", features=9)], 2),
    ],
)
def test_the_simplest_has_few_features_then_a_readable_algorithm_then_is_quick(
    contenders: list[Contender], chosen: int
) -> None:
    assert simplest(contenders, RANKS).model.id == chosen


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (0.0, "under 1 %"),
        (0.004, "under 1 %"),
        (0.82, "82 %"),
        (0.994, "99 %"),
        (0.9951, "over 99 %"),
        (1, "over 99 %"),
    ],
)
def test_a_chance_is_never_a_false_certainty(chance: float, words: str) -> None:
    assert chance_words(chance) == words


def test_amounts_are_in_natural_units() -> None:
    assert amount_words(METRICS["f1"], 0.01) == "0.01 F1"
    assert amount_words(METRICS["rmse"], 1240.4) == "1,240 RMSE"


def test_the_chances_are_one_sentence() -> None:
    assert outcome_words(outcome(0.82, 0.15, 0.03), "v17", "v12", METRICS["f1"]) == (
        "82 % chance that v17 is better than v12 by more than 0.01 F1, "
        "15 % that they are practically equal, 3 % that it is worse."
    )


def test_without_a_region_of_equality_nothing_is_equal() -> None:
    said = outcome_words(outcome(0.82, 0.0, 0.18, rope=0.0), "v17", "v12", METRICS["rmse"])

    assert said == "82 % chance that v17 is better than v12, 18 % that it is worse."


@pytest.mark.parametrize(
    ("test", "verdict"),
    [
        (outcome(0.96, 0.03, 0.01), "v1 ridge is better than v2 ridge"),
        (outcome(0.02, 0.96, 0.02), "v1 ridge and v2 ridge are practically equal"),
        (outcome(0.0, 0.05, 0.95), "v2 ridge is better than v1 ridge"),
        (outcome(0.82, 0.15, 0.03), "v1 ridge and v2 ridge are not distinguishable"),
    ],
)
def test_the_verdict_comes_first_and_needs_95_percent(test: PairedTest, verdict: str) -> None:
    two = Comparison("f1", 0.01, (contender(1), contender(2)), (Pair(1, 2, test, 0.3),))

    assert conclusion(two) == verdict


def test_of_many_models_those_that_may_be_as_good_as_the_best_are_named() -> None:
    sure, open_ = outcome(0.97, 0.02, 0.01), outcome(0.5, 0.4, 0.1)
    pairs = (Pair(1, 2, open_, 0.6), Pair(1, 3, sure, 0.03), Pair(2, 3, open_, 0.6))
    three = Comparison("f1", 0.01, (contender(1), contender(2), contender(3)), pairs)

    assert evidence(three).endswith(" Of 2 others, 1 cannot be told from it: v2 ridge.")


def test_a_best_that_is_surely_better_than_all_says_so() -> None:
    sure = outcome(0.97, 0.02, 0.01)
    pairs = (Pair(1, 2, sure, 0.03), Pair(1, 3, sure, 0.03), Pair(2, 3, sure, 0.03))
    three = Comparison("f1", 0.01, (contender(1), contender(2), contender(3)), pairs)

    assert evidence(three).endswith(" It is better than all 2 others.")


def standing(model_id: int, *, in_band: bool, p: float | None) -> Standing:
    return Standing(contender(model_id), in_band, None if p is None else outcome(0.5, 0.4, 0.1), p)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (standing(1, in_band=True, p=None), "best"),
        (standing(1, in_band=False, p=None), "not tested"),
        (standing(1, in_band=True, p=0.412), "≈ not distinguishable, p 0.412"),
        (standing(1, in_band=False, p=0.05), "not distinguishable, p 0.050"),
        (standing(1, in_band=False, p=0.012), "worse, p 0.012"),
        (standing(1, in_band=True, p=0.0001), "≈ worse, p < 0.001"),
    ],
)
def test_a_row_says_how_it_stands_against_the_best(row: Standing, words: str) -> None:
    assert row.words == words


def leaderboard(*rows: Standing, simple: Contender) -> str:
    return standings_words(Standings("f1", 0.01, 36, rows, simple))


def test_the_leaderboard_counts_the_tries_and_proposes_the_simplest_of_the_band() -> None:
    best, near = standing(1, in_band=True, p=None), standing(2, in_band=True, p=0.4)

    assert leaderboard(best, near, standing(3, in_band=False, p=0.01), simple=contender(2, features=3)) == (
        "**v1 ridge** is best of this run, after 36 triples tried on this snapshot: the best of many owes some of its "
        "score to luck. "
        "1 comes within one standard error of it (0.0289 F1; shaded, ≈); "
        "the simplest of them is **v2 ridge** (3 features, not 5): prefer it. "
        "The tests cannot tell 1 of 2 others from it."
    )


def test_a_baseline_in_the_band_says_that_nothing_was_learnt_for_sure() -> None:
    best, near = standing(1, in_band=True, p=None), standing(2, in_band=True, p=0.4)

    assert "nothing was learnt for sure" in leaderboard(best, near, simple=contender(2, "dummy"))


@pytest.mark.parametrize(
    ("p", "words"),
    [(0.4, "The tests cannot tell 1 of 1 other from it."), (0.01, "The tests tell it from every other.")],
)
def test_the_leaderboard_says_whether_the_tests_tell_the_best_from_the_others(p: float, words: str) -> None:
    best, other = standing(1, in_band=True, p=None), standing(2, in_band=False, p=p)

    assert leaderboard(best, other, simple=contender(1)).endswith(words)


def test_a_best_alone_in_its_band_needs_no_simpler_one() -> None:
    best, other = standing(1, in_band=True, p=None), standing(2, in_band=False, p=0.01)

    assert "No other comes within one standard error" in leaderboard(best, other, simple=contender(1))


def test_the_only_model_of_a_run_is_not_called_the_best() -> None:
    only = leaderboard(standing(1, in_band=True, p=None), simple=contender(1))

    assert only == "**v1 ridge** is the only model of this run, after 36 triples tried on this snapshot."


def test_ids_are_read_once_each_in_their_order() -> None:
    assert ids_of("3,1,3,") == [3, 1]


@pytest.mark.parametrize("text", ["1,two", "1,-2", "1,²", "1," + "9" * 19])
def test_what_is_no_number_of_a_model_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="is no number of a model"):
        ids_of(text)
