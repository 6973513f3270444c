"""Confusion, thresholds, calibration and class errors: the numbers drawn, and the sentences."""

from dataclasses import replace

import numpy as np
import pytest

from mms.charts import calibration, class_errors, confusion, thresholds
from mms.charts.theme import POINTS, colours_of
from mms.domain.diagnostics import DiagnosticKind
from mms.domain.thresholds import Costs, Flags
from tests.charts.made import many_classes, tables
from tests.ml.diagnostics.grounds import classified, ranked

COLOURS = colours_of([1, 2])


def judged(rows: int = 3000) -> thresholds.ThresholdInfo:
    return thresholds.thresholds_of(1, "v1", tables(DiagnosticKind.THRESHOLDS, ranked(rows)))


def test_the_confusion_at_a_threshold_says_what_the_flags_are_worth() -> None:
    ground = ranked()
    positive, score, _ = ground.scored("late")
    flagged = score >= 0.6

    info = confusion.confusion_at(judged().at(0.6), ("early", "late"))

    assert info.counts.tolist() == [
        [int((~positive & ~flagged).sum()), int((~positive & flagged).sum())],
        [int((positive & ~flagged).sum()), int((positive & flagged).sum())],
    ]
    assert (info.flagged, info.precision) == (int(flagged.sum()), pytest.approx(positive[flagged].mean()))
    assert info.recall == pytest.approx(flagged[positive].mean())
    assert info.accuracy == pytest.approx((flagged == positive).mean())
    assert f"Flagging at 0.6 marks {info.flagged:,} of 3,000 rows as late" in confusion.words(info)


def test_each_cell_can_be_selected_and_tells_its_truth_and_answer() -> None:
    drawn = confusion.figure(confusion.confusion_at(judged().at(0.5), ("early", "late")))

    dots = drawn.data[1]
    assert [tuple(pair) for pair in dots.customdata] == list(zip(dots.y, dots.x, strict=True))
    assert len(dots.x) == 4


def test_a_threshold_above_every_score_flags_nothing_and_says_so() -> None:
    ground = classified(["b", "a"], np.array([[0.2, 0.8], [0.9, 0.1]]), ("a", "b"))
    info = thresholds.thresholds_of(1, "v1", tables(DiagnosticKind.THRESHOLDS, ground))

    assert confusion.words(confusion.confusion_at(info.at(1.0), ("a", "b"))) == "Of 2 rows none is flagged as b."


def test_sixty_classes_are_cut_to_the_most_confused_and_the_sentence_says_so() -> None:
    info = confusion.confusion_of(tables(DiagnosticKind.CONFUSION, many_classes(60)))

    drawn, bars = confusion.figure(info), class_errors.figure(info)

    assert drawn.data[0].z.size == 1600
    assert len(drawn.data) == 1
    assert "Of 60 classes the 40 most confused are drawn." in confusion.words(info)
    worst = info.worst
    assert worst is not None
    assert f"'{worst[0]}' is taken for '{worst[1]}' ({worst[2]} times)" in confusion.words(info)
    assert sum(len(trace.x) for trace in bars.data) == 12 * 7
    assert "Drawn are the 12 classes with most wrong rows." in class_errors.words(info)


def test_the_parts_of_a_bar_add_up_to_the_rows_of_its_class() -> None:
    info = confusion.confusion_of(tables(DiagnosticKind.CONFUSION, many_classes(9)))

    drawn = class_errors.figure(info)

    np.testing.assert_array_equal(sum(trace.y for trace in drawn.data), info.counts.sum(axis=1))
    looks = {(bar.marker.color, bar.marker.pattern.shape) for bar in drawn.data}
    assert len(looks) == len(drawn.data) == 7


def test_one_row_and_no_mistake_are_told_in_one_sentence() -> None:
    one = confusion.confusion_of(
        tables(DiagnosticKind.CONFUSION, classified(["a"], np.array([[0.9, 0.1]]), ("a", "b")))
    )

    assert confusion.words(one) == "The one row was answered rightly."
    assert class_errors.words(one) == "Every row of all 2 classes is answered rightly."
    assert len(class_errors.figure(one).data) == 2


def test_the_band_of_a_rate_is_the_spread_of_the_folds() -> None:
    info = judged()

    curve = thresholds.rates_of(info, "recall")

    at = [flags[50].recall for flags in info.folds.values()]
    assert (curve.low[50] + curve.high[50]) / 2 == pytest.approx(np.mean(at))
    assert (curve.high[50] - curve.low[50]) / 2 == pytest.approx(np.std(at, ddof=1))
    assert curve.y[50] == pytest.approx(info.at(0.5).recall)


def test_the_cheapest_threshold_is_marked_and_what_to_expect_of_it_is_said() -> None:
    info, costs = judged(), Costs(false_alarm=1, miss=5)
    best = info.cheapest(costs)

    sentence = thresholds.words(info, costs, 0.5)

    assert (
        f"at {best.threshold:g} they cost least, {best.cost(costs):,.6g} (on rows it was not chosen on, expect"
        in sentence
    )
    assert thresholds.words(info, costs, best.threshold).endswith("and no threshold costs less.")
    tied = replace(info, flags=(Flags(0.2, 1, 0, 1, 1), Flags(0.5, 1, 3, 0, 1), Flags(0.8, 0, 9, 9, 0)))
    assert thresholds.words(tied, Costs(0.1, 0.3), 0.2).endswith("and no threshold costs less.")
    for drawn in (thresholds.error_figure(info, costs, 0.5), thresholds.cost_figure(info, costs, 0.5)):
        star = next(trace for trace in drawn.data if trace.name.startswith("cheapest"))
        assert star.marker.symbol == "star"
        assert sum(len(trace.x) for trace in drawn.data) <= POINTS


def test_the_line_of_equal_cost_goes_through_the_cheapest_threshold() -> None:
    info, costs = judged(), Costs(false_alarm=2, miss=3)
    best = info.cheapest(costs)

    drawn = thresholds.error_figure(info, costs, 0.5)

    line = next(trace for trace in drawn.data if trace.name == "costs as much")
    assert np.interp(best.false_positives, line.x, line.y) == pytest.approx(best.false_negatives)
    assert all(f.cost(costs) >= best.cost(costs) for f in info.flags)


def test_errors_that_cost_nothing_have_no_line_of_equal_cost() -> None:
    drawn = thresholds.error_figure(judged(), Costs(0, 0), 0.5)

    assert "costs as much" not in [trace.name for trace in drawn.data]


def test_probabilities_that_come_true_lie_on_the_diagonal() -> None:
    chance = np.random.default_rng(0)
    said = chance.random(20_000)
    truth = np.where(chance.random(20_000) < said, "b", "a").tolist()
    ground = classified(truth, np.column_stack([1 - said, said]), ("a", "b"))

    info = calibration.calibration_of(1, "v1", tables(DiagnosticKind.CALIBRATION, ground))

    np.testing.assert_allclose(info.said, info.true, atol=0.03)
    assert info.brier == pytest.approx(1 / 6, abs=0.01)
    assert f"Brier score {info.brier:.3f} ±" in calibration.words([info])
    for dot, rows in zip(calibration.figure([info], COLOURS).data[1].customdata, info.rows, strict=True):
        model_id, low, high, drawn = dot
        assert (model_id, drawn) == (1, rows)
        assert ((said >= low) & (said <= high)).sum() == rows


def test_where_probabilities_are_off_is_said_and_many_models_share_a_picture() -> None:
    ground = classified(["a"] * 90 + ["b"] * 10, np.tile([0.5, 0.5], (100, 1)), ("a", "b"))

    infos = [calibration.calibration_of(i, f"v{i}", tables(DiagnosticKind.CALIBRATION, ground)) for i in (1, 2)]

    assert "no better than always saying the share" in calibration.words(infos[:1])
    assert calibration.words(infos[:1]).endswith("Where it says 50%, 10% come true (100 rows).")
    drawn = calibration.figure(infos, COLOURS)
    assert [trace.line.color for trace in drawn.data[1:]] == list(COLOURS.values())
    assert drawn.data[1].error_y.array[0] > 0


@pytest.mark.parametrize(
    "drawn",
    [
        thresholds.figure(None, Costs(), 0.5), thresholds.error_figure(None, Costs(), 0.5),
        thresholds.cost_figure(None, Costs(), 0.5), calibration.figure([], {}),
    ],
)  # fmt: skip
def test_without_rows_there_is_a_titled_empty_figure(drawn: object) -> None:
    assert drawn.layout.title.text  # type: ignore[attr-defined]
    assert drawn.layout.annotations[0].text  # type: ignore[attr-defined]
