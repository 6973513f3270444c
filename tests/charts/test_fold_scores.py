"""Fold scores: paired, in natural units, without the final fit."""

import pytest

from mms.charts import fold_scores
from mms.domain.runs import FINAL_FIT, FoldResult
from mms.domain.scores import METRICS

F1, RMSE = METRICS["f1"], METRICS["rmse"]
COLOURS = {1: "#0072B2", 2: "#E69F00"}


def results(metric: str, values: list[float]) -> list[FoldResult]:
    """One result a fold, and a final fit that is far better."""
    folds = [FoldResult(i, 100, 10, 0.1, 0.1, {metric: v}, {}) for i, v in enumerate(values)]
    return [*folds, FoldResult(FINAL_FIT, 110, 0, 0.1, 0.1, {metric: 99.0}, {})]


def test_the_final_fit_is_no_fold() -> None:
    series = fold_scores.series_of(1, "v1", results("f1", [0.4, 0.5]), F1)

    assert dict(series.scores) == {0: 0.4, 1: 0.5}
    assert series.mean == pytest.approx(0.45)


def test_scores_are_drawn_in_natural_units() -> None:
    series = fold_scores.series_of(1, "v1", results("rmse", [-3.0, -5.0]), RMSE)

    assert dict(series.scores) == {0: 3.0, 1: 5.0}


def test_the_words_count_the_folds_on_which_the_better_model_leads() -> None:
    worse = fold_scores.series_of(1, "v1", results("rmse", [-3.0, -5.0, -4.0]), RMSE)
    better = fold_scores.series_of(2, "v2", results("rmse", [-2.0, -3.0, -4.5]), RMSE)

    sentence = fold_scores.words([worse, better], RMSE)

    assert sentence == "v2 is ahead of v1 on 2 of 3 folds, by 0.833 RMSE on average."


def test_each_fold_is_joined_and_each_model_keeps_its_colour() -> None:
    both = [fold_scores.series_of(i, f"v{i}", results("f1", [0.4, 0.5, 0.6]), F1) for i in (1, 2)]

    drawn = fold_scores.figure(both, F1, COLOURS)

    assert [list(t.x) for t in drawn.data if t.mode == "lines"] == [["v1", "v2"]] * 3
    assert [t.marker.color for t in drawn.data if t.mode == "markers"] == ["#0072B2", "#E69F00"]


def test_without_folds_there_is_a_titled_empty_figure() -> None:
    drawn = fold_scores.figure([fold_scores.series_of(1, "v1", [], F1)], F1, COLOURS)

    assert drawn.layout.title.text == "F1 by fold (higher is better)"
    assert len(drawn.data) == 0


def test_many_models_are_named_by_the_axis_alone() -> None:
    many = [fold_scores.series_of(i, f"v{i}", results("f1", [0.4, 0.5]), F1) for i in range(20)]
    colours = dict.fromkeys(range(20), "#0072B2")

    assert fold_scores.figure(many[:6], F1, colours).layout.showlegend
    assert not fold_scores.figure(many, F1, colours).layout.showlegend
