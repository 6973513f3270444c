"""Pictures of what looks inside a model and where it errs: their numbers, their words, and what they say of nothing."""

import numpy as np
import pandas as pd
import pytest

from mms.charts import dependence, fit_curves, importances, residuals, slices, subgroups
from mms.domain.scores import METRICS

F1, RMSE = METRICS["f1"], METRICS["rmse"]
BLUE = "#0072B2"


def sent(drawn: object) -> int:
    """Points that a figure sends to the browser."""
    return sum(len(trace.x) for trace in drawn.data)  # type: ignore[attr-defined]


def points(scores: dict[object, list[float]], key: str, metric: str = "f1") -> pd.DataFrame:
    """Fold scores by place; training is always 0.1 better."""
    return pd.DataFrame(
        [
            {key: place, "fold": fold, "n_train": 100 * (i + 1), "metric": metric, "score": s, "train_score": s + 0.1}
            for i, (place, folds) in enumerate(scores.items())
            for fold, s in enumerate(folds)
        ]
    )


WEIGHTS = pd.DataFrame({"feature": ["x", "y", "z"], "mean": [-3.0, 1.0, 0.1], "sd": [0.1, 0.2, np.nan]})


def test_weights_are_bars_with_the_spread_of_the_folds_and_words_that_count_the_sure_ones() -> None:
    info = importances.importances_of("v1 logistic", WEIGHTS)

    drawn = importances.figure(info, BLUE)

    assert list(drawn.data[0].x) == [-3.0, 1.0, 0.1]
    assert list(drawn.data[0].error_x.array) == [0.1, 0.2, 0.0]
    assert importances.words(info) == (
        "x weighs most in v1 logistic (-3 ± 0.1), then y (1 ± 0.2); 2 of 3 differ from 0 by more than two spreads."
    )


def test_of_shuffled_columns_the_chosen_metric_is_drawn_the_costliest_first() -> None:
    table = pd.DataFrame(
        {"column": ["a", "b"] * 2, "metric": ["f1", "f1", "recall", "recall"], "drop": [0.1, 0.3, 0.5, 0.0], "sd": 0.01}
    )

    info = importances.permutation_of("v1", table, "f1", "F1")

    assert info.features == ("b", "a")
    assert info.what == "F1 lost when shuffled, ± sd of the folds"


def dependence_tables(number: bool) -> dict[str, pd.DataFrame]:
    average = pd.DataFrame(
        {"place": [0, 1], "value": ["1", "2"], "number": [1.0, 2.0] if number else np.nan, "mean": [0.2, 0.6],
         "low": [0.1, 0.5], "high": [0.3, 0.7]}
    )  # fmt: skip
    lines = pd.DataFrame({"line": [0, 0, 1, 1], "place": [0, 1, 0, 1], "answer": [0.1, 0.5, 0.3, 0.7]})
    return {"average": average, "lines": lines}


@pytest.mark.parametrize(("number", "x"), [(True, [1.0, 2.0]), (False, ["1", "2"])])
def test_dependence_draws_rows_band_and_mean(number: bool, x: list[object]) -> None:
    info = dependence.dependence_of("v1", "wind", "probability of late", dependence_tables(number))

    drawn = dependence.figure(info, BLUE)

    assert [list(trace.y) for trace in drawn.data] == [[0.1, 0.5], [0.3, 0.7], [0.3, 0.7], [0.1, 0.5], [0.2, 0.6]]
    assert list(drawn.data[-1].x) == x
    assert dependence.words(info) == (
        "With wind at 1 the mean probability of late of v1 is 0.2, at 2 it is 0.6; every other column stays as it is."
    )


@pytest.mark.parametrize(
    ("last", "verdict"),
    [(0.8, "it still improves, so more rows would help"), (0.6, "within the spread"), (0.4, "it gets worse")],
)
def test_a_learning_curve_says_whether_more_rows_would_help(last: float, verdict: str) -> None:
    table = points({0.5: [0.59, 0.61] * 6, 1.0: [last - 0.01, last + 0.01] * 6}, "share")

    curve = fit_curves.learning_of(table, F1)

    assert curve.x is not None
    assert curve.x.tolist() == [100, 200]
    assert curve.score == pytest.approx([0.6, last])
    assert verdict in fit_curves.learning_words(curve, F1)


def test_errors_are_drawn_in_their_natural_direction() -> None:
    table = points({0.5: [-2.0, -2.0], 1.0: [-1.0, -1.0]}, "share", "rmse")

    curve = fit_curves.learning_of(table, RMSE)

    assert curve.score.tolist() == [2.0, 1.0]
    assert "RMSE went from 2.000 to 1.000: it still improves" in fit_curves.learning_words(curve, RMSE)


def test_values_lie_in_the_order_of_numbers_and_the_best_is_named_with_its_equals() -> None:
    table = points({"10": [0.70, 0.72], "2": [0.6, 0.6], "100": [0.70, 0.71]}, "value")

    curve = fit_curves.validation_of(table, F1)

    assert curve.labels == ("2", "10", "100")
    said = fit_curves.validation_words(curve, "depth", F1)
    assert said == "F1 is best at depth 10 (0.710 ± 0.014); within one standard error of it: 100."
    drawn = fit_curves.figure(curve, "Validation curve", "depth", F1, BLUE)
    assert [trace.name for trace in drawn.data if trace.name] == [
        "training, mean ± sd of the folds", "validation, mean ± sd of the folds",
    ]  # fmt: skip


def test_values_that_are_no_numbers_are_places_by_name() -> None:
    curve = fit_curves.validation_of(points({"none": [0.5], "5": [0.6]}, "value"), F1)

    assert curve.labels == ("5", "none")
    assert fit_curves.figure(curve, "v", "depth", F1, BLUE).layout.xaxis.type == "category"
    assert curve.sd.tolist() == [0.0, 0.0]


def slice_tables() -> dict[str, pd.DataFrame]:
    table = pd.DataFrame(
        {"rule": ["origin = 'JFK'", "wind > 3"], "n": [400, 50], "error": [0.6, 0.25], "low": [0.5, 0.15],
         "high": [0.7, 0.35], "share": [0.62, 0.05]}
    )  # fmt: skip
    return {"slices": table, "overall": pd.DataFrame({"n": [4000], "error": [0.2]})}


def test_the_worst_slice_is_told_with_its_rows_and_its_share_of_all_error() -> None:
    info = slices.slices_of("v1", slice_tables(), is_share=True)

    assert slices.words(info) == (
        "Where origin = 'JFK', v1 answers 60.0% of 400 rows wrongly, overall 20.0%; 62% of all its error lies there."
    )
    assert [info.is_worse(i) for i in (0, 1)] == [True, False]
    drawn = slices.figure(info, BLUE)
    assert list(drawn.data[0].x) == [0.6, 0.25]
    assert list(drawn.data[0].error_x.array) == pytest.approx([0.1, 0.1])


def test_slices_that_are_not_surely_worse_are_no_finding() -> None:
    tables = slice_tables()
    tables["slices"] = tables["slices"].iloc[1:]

    info = slices.slices_of("v1", tables, is_share=True)

    assert slices.words(info) == "v1 errs alike everywhere: no rule found rows that are surely worse than all (20.0%)."


def group_table() -> pd.DataFrame:
    return pd.DataFrame(
        {"group": ["AA", "UA", "B6"], "n": [500, 300, 5], "metric": "f1", "value": [0.7, 0.5, 0.1],
         "low": [0.66, 0.45, np.nan], "high": [0.74, 0.55, np.nan], "doubt": "± sd of the folds", "folds": [12, 12, 1]}
    )  # fmt: skip


def test_groups_too_small_to_judge_by_are_hollow_and_never_the_worst() -> None:
    info = subgroups.subgroups_of("v1", "carrier", group_table(), F1)

    drawn = subgroups.figure(info, F1, BLUE)

    assert list(drawn.data[0].marker.symbol) == ["circle", "circle", "circle-open"]
    assert [line.text for line in drawn.layout.annotations] == ["mean of the groups, by rows"]
    assert subgroups.words(info, F1) == (
        "F1 of v1 is best where carrier is AA (0.700, 500 rows) and worst where it is UA (0.500, 300 rows); "
        "their intervals (± sd of the folds) do not overlap."
    )


def residual_tables(n: int = 1500) -> dict[str, pd.DataFrame]:
    truth = np.linspace(0, 10, n)
    rows = pd.DataFrame({"row": np.arange(n), "fold": np.arange(n) % 12, "truth": truth, "value": truth + 1})
    facts = {"n": 9000, "mean_error": 1.0, "mae": 1.0, "rmse": 1.0, "r2": 0.9, "q05": 0.5, "q95": 1.5}
    return {
        "points": rows, "facts": pd.DataFrame([facts]), "folds": pd.DataFrame({"fold": [0, 1], "mae": [1.0, 1.2]}),
    }  # fmt: skip


def test_residuals_are_coloured_by_fold_and_told_in_exact_numbers_of_all_rows() -> None:
    info = residuals.residuals_of("v1 ridge", residual_tables())

    assert residuals.words(info) == (
        "v1 ridge is off by 1 on average over 9,000 rows, and its answers are 1 too high overall; nine of ten errors "
        "lie between 0.5 and 1.5. R² is 0.900. Fold 2 is answered worst (off by 1.2)."
    )
    for drawn in (residuals.figure(info), residuals.residual_figure(info)):
        assert sent(drawn) <= 2000
        assert set(drawn.data[-1].marker.color) == set(range(1, 13))
        assert list(drawn.data[-1].customdata[:2]) == [0, 1]


def test_nothing_gives_titled_empty_figures_that_say_why() -> None:
    nothing = residuals.residuals_of("v1", {"points": pd.DataFrame(), "folds": pd.DataFrame()})
    no_slices = slice_tables() | {"slices": slice_tables()["slices"].iloc[:0]}
    empty = pd.DataFrame(columns=["group", "n", "metric", "value", "low", "high", "doubt", "folds"])
    drawn = [
        residuals.figure(nothing),
        residuals.residual_figure(nothing),
        importances.figure(importances.importances_of("v1", WEIGHTS.iloc[:0]), BLUE),
        slices.figure(slices.slices_of("v1", no_slices, is_share=True), BLUE),
        subgroups.figure(subgroups.subgroups_of("v1", "x", empty, F1), F1, BLUE),
        fit_curves.figure(fit_curves.validation_of(points({"1": [0.5]}, "value"), RMSE), "v", "x", RMSE, BLUE),
    ]

    for figure in drawn:
        assert figure.layout.title.text
        assert not figure.data
        assert figure.layout.annotations[0].text
