"""ROC, precision-recall and gains: drawn from stored tables, one model or twenty."""

from collections.abc import Callable, Mapping
from typing import Any

import plotly.graph_objects as go
import pytest

from mms.charts import gains, precision_recall, roc
from mms.charts.theme import POINTS, colours_of
from mms.domain.diagnostics import DiagnosticKind
from tests.charts.made import tables
from tests.ml.diagnostics.grounds import ranked

CURVES = [
    (DiagnosticKind.ROC, roc, roc.roc_of),
    (DiagnosticKind.PRECISION_RECALL, precision_recall, precision_recall.precision_recall_of),
    (DiagnosticKind.GAINS, gains, gains.gains_of),
]
Of = Callable[[int, str, Mapping[str, Any]], Any]


def sent(drawn: go.Figure) -> int:
    """Points of all traces together."""
    return sum(len(trace.x) for trace in drawn.data)


def infos(kind: DiagnosticKind, of: Of, count: int, rows: int = 600) -> list[Any]:
    """`count` models, each noisier than the one before."""
    made = [tables(kind, ranked(rows, noise=0.5 + i / 2, decimals=9)) for i in range(count)]
    return [of(i, f"v{i} boosting", one) for i, one in enumerate(made)]


@pytest.mark.parametrize(("kind", "chart", "of"), CURVES)
def test_one_model_is_drawn_with_the_band_of_its_folds(kind: DiagnosticKind, chart: Any, of: Of) -> None:
    (info,) = infos(kind, of, 1, rows=20_000)

    drawn = chart.figure([info], colours_of([0]))

    (band,) = [trace for trace in drawn.data if trace.fill == "tonexty"]
    assert band.name == "folds ± 1 sd"
    assert sent(drawn) <= POINTS
    assert "late" in drawn.layout.title.text


@pytest.mark.parametrize(("kind", "chart", "of"), CURVES)
@pytest.mark.slow
def test_twenty_models_fit_in_one_picture_and_no_two_lines_look_alike(kind: DiagnosticKind, chart: Any, of: Of) -> None:
    many = infos(kind, of, 20)
    colours = colours_of(range(20))

    drawn = chart.figure(many, colours)

    lines = [trace for trace in drawn.data if trace.name and trace.name.startswith("v")]
    assert len({(line.line.color, line.line.dash) for line in lines}) == 20
    assert [line.line.color for line in lines] == [colours[i] for i in range(20)]
    assert not [trace for trace in drawn.data if trace.fill]
    assert sent(drawn) <= POINTS
    assert sent(gains.lift_figure(many, colours)) <= POINTS if chart is gains else True


@pytest.mark.parametrize(("kind", "chart", "of"), CURVES)
def test_the_words_name_the_best_model_and_the_range_of_many(kind: DiagnosticKind, chart: Any, of: Of) -> None:
    many = infos(kind, of, 6)

    few, all_of_them = chart.words(many[1::-1]), chart.words(many)

    assert "v0 boosting" in few
    assert "; v1 boosting 0." in few
    assert "; 5 others 0." in all_of_them


@pytest.mark.parametrize(("kind", "chart", "of"), CURVES)
def test_without_rows_there_is_a_titled_empty_figure(kind: DiagnosticKind, chart: Any, of: Of) -> None:
    drawn = chart.figure([], {})

    assert drawn.layout.title.text
    assert len(drawn.data) == 0
    assert drawn.layout.annotations[0].text == chart.words([])


def test_the_roc_that_is_named_is_the_mean_of_the_folds() -> None:
    made = tables(DiagnosticKind.ROC)

    info = roc.roc_of(1, "v1", made)

    assert info.area == pytest.approx(made["folds"]["area"].mean())
    assert f"ROC AUC {info.area:.3f}, mean of the folds" in roc.words([info])


def test_gains_say_how_much_the_first_tenth_of_the_rows_holds() -> None:
    info = gains.gains_of(1, "v1", tables(DiagnosticKind.GAINS))

    found = info.found_at(0.1)
    assert f"hold {found:.0%} of all late, {found / 0.1:.1f} times as many as 10%" in gains.words([info])
    assert info.lift[10] == pytest.approx(found / 0.1)
