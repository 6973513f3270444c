"""Rows are checked before they are asked, and labels follow the threshold."""

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits

from mms.domain.errors import Invalid
from mms.domain.models import Signature
from mms.domain.projects import Task
from mms.domain.snapshots import Profile
from mms.domain.tables import Column, ColumnType
from mms.domain.triples import Triple
from mms.ml.algorithms import estimator
from mms.ml.prediction import checked_frame, predict_frame
from mms.ml.quiet import calm
from mms.ml.recipes import proposed_recipes
from tests.ml.shared import fit_whole
from tests.ml.toys import toy

SIGNATURE = Signature(
    (
        Column("seats", ColumnType.INTEGER),
        Column("wind", ColumnType.NUMBER),
        Column("gust", ColumnType.BOOLEAN),
        Column("origin", ColumnType.CATEGORY),
        Column("remark", ColumnType.TEXT),
        Column("departs", ColumnType.TIME),
    ),
    ("false", "true"),
    {},
)
ROW: dict[str, Any] = {
    "seats": 150,
    "wind": 3.5,
    "gust": True,
    "origin": "JFK",
    "remark": "late crew",
    "departs": "2013-06-01T10:30:00-04:00",
}


def test_a_row_becomes_a_typed_frame_in_the_signatures_order() -> None:
    frame = checked_frame(SIGNATURE, [dict(reversed(ROW.items()))])

    assert list(frame.columns) == [c.name for c in SIGNATURE.inputs]
    assert frame["departs"].iloc[0] == pd.Timestamp("2013-06-01T14:30:00Z")
    assert frame["gust"].iloc[0] == True  # noqa: E712
    assert frame["seats"].iloc[0] == 150.0


def test_null_nan_and_nat_are_missing_values() -> None:
    nulls = dict.fromkeys(ROW)
    stored = {**nulls, "wind": float("nan"), "gust": pd.NA, "departs": pd.NaT, "seats": np.float64("nan")}

    frame = checked_frame(SIGNATURE, [nulls, stored])

    assert frame.isna().all().all()


def test_stored_values_are_taken_as_they_come_from_a_frame() -> None:
    stored = {**ROW, "seats": np.int64(150), "wind": np.float64(3.5), "gust": np.bool_(True)}
    times = (pd.Timestamp("2013-06-01T14:30Z"), datetime(2013, 6, 1, 14, 30), "2013-06-01T14:30:00")

    frame = checked_frame(SIGNATURE, [{**stored, "departs": time} for time in times])

    assert (frame["departs"] == pd.Timestamp("2013-06-01T14:30Z")).all()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"wind": "3.5"}, "Feature 'wind' takes a number or null; it got '3.5'."),
        ({"wind": True}, "Feature 'wind' takes a number or null; it got True."),
        ({"wind": float("inf")}, "Feature 'wind' takes a number or null; it got inf."),
        ({"seats": 1.5}, "Feature 'seats' takes a whole number or null; it got 1.5."),
        ({"seats": 10**400}, "Feature 'seats' takes a whole number or null; it got 1"),
        ({"gust": "true"}, "Feature 'gust' takes true or false or null; it got 'true'."),
        ({"gust": 1}, "Feature 'gust' takes true or false or null; it got 1."),
        ({"origin": 7}, "Feature 'origin' takes text or null; it got 7."),
        ({"remark": ["x"]}, "Feature 'remark' takes text or null; it got ['x']."),
        ({"departs": "noon"}, "Feature 'departs' takes a time in ISO 8601, such as 2013-06-01T14:30:00Z or null"),
        ({"departs": 1370097000}, "Feature 'departs' takes a time in ISO 8601"),
        ({"colour": "red"}, "'colour' is no feature of this model: leave it out. It takes seats, wind,"),
    ],
)
def test_a_wrong_value_is_refused_by_name(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked_frame(SIGNATURE, [{**ROW, **change}])

    assert refusal.value.sentence.startswith(sentence)


def test_a_missing_feature_is_refused_with_its_row() -> None:
    short = {name: value for name, value in ROW.items() if name != "wind"}

    with pytest.raises(Invalid, match="Feature 'wind' is missing in row 2: send it, or null"):
        checked_frame(SIGNATURE, [ROW, short])


def test_binary_labels_follow_the_threshold() -> None:
    instances = toy(Task.BINARY)
    recipe = proposed_recipes(instances.columns, Profile((), {}))[0]
    whole = fit_whole(Triple(recipe, "logistic", {}), instances, 0)

    flagged = []
    for threshold in (None, 0.5, 0.9, 0.0, 1.01):
        predicted = predict_frame(whole.pipeline, instances.features, Task.BINARY, instances.classes, "1", threshold)
        flagged.append(int((predicted.labels == "1").sum()))
        cut = 0.5 if threshold is None else threshold
        assert ((predicted.labels == "1") == (predicted.probabilities[:, 1] >= cut)).all()

    assert flagged[0] == flagged[1] > flagged[2] > flagged[4] == 0
    assert flagged[3] == len(instances.features)


def test_an_answer_tells_label_score_and_all_probabilities() -> None:
    instances = toy(Task.BINARY)
    recipe = proposed_recipes(instances.columns, Profile((), {}))[0]
    whole = fit_whole(Triple(recipe, "svm", {}), instances, 0)

    predicted = predict_frame(whole.pipeline, instances.features.iloc[:4], Task.BINARY, instances.classes, "1", None)
    answers = predicted.answers(instances.classes, "1")

    assert not predicted.is_probability
    assert not whole.signature.probability
    for answer in answers:
        assert answer.value is None
        assert answer.score == answer.probabilities["1"]
        assert sum(answer.probabilities.values()) == pytest.approx(1.0)
        assert (answer.label == "1") == (answer.score >= 0.5)


def test_a_number_is_answered_as_a_value() -> None:
    instances = toy(Task.REGRESSION)
    whole = fit_whole(Triple(proposed_recipes(instances.columns, Profile((), {}))[0], "ridge", {}), instances, 0)

    predicted = predict_frame(whole.pipeline, instances.features.iloc[:2], Task.REGRESSION, (), None, None)
    answers = predicted.answers((), None)

    assert [answer.value for answer in answers] == list(predicted.values)
    assert answers[0].label is None
    assert answers[0].probabilities == {}


def test_saturated_shares_leave_the_label_to_the_decision_value() -> None:
    pixels, digits = load_digits(return_X_y=True)
    labels = digits.astype(np.str_)
    classes = [str(digit) for digit in range(10)]
    with calm():
        fitted = estimator("sgd", {"alpha": 1e-4}, Task.MULTICLASS, 0).fit(pixels[:900], labels[:900])
    shares = fitted.predict_proba(pixels)
    assert (shares.argmax(axis=1) != fitted.decision_function(pixels).argmax(axis=1)).any()

    predicted = predict_frame(fitted, pixels, Task.MULTICLASS, classes, None, None)

    assert predicted.labels is not None
    assert (predicted.labels == fitted.predict(pixels)).all()
    assert predicted.probabilities == pytest.approx(shares, abs=1e-15)
