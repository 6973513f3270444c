"""Drift in words and in one number."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mms.domain.decay import Grain
from mms.domain.drift import (
    LABEL,
    Bin,
    Distance,
    DriftReport,
    DriftView,
    FeatureDrift,
    FeatureKind,
    TokenChange,
    Verdict,
    finding,
    overall,
    ranked,
    summary,
    weights_of,
)
from mms.domain.errors import Invalid

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)


def feature(name: str = "age", psi: float = 0.05, **changes: object) -> FeatureDrift:
    """A feature of numbers, 500 rows against 2,000, drifted where its PSI is over 0.1."""
    plain = FeatureDrift(
        name=name,
        kind=FeatureKind.NUMBERS,
        n=500,
        n_reference=2_000,
        verdict=Verdict.DRIFTED if psi > 0.1 else Verdict.STABLE,
        distances=(Distance("psi", psi, 0.1, 0.01),),
        missing=0.0,
        missing_reference=0.0,
        unseen=None,
        unseen_reference=None,
        mean=53.0,
        mean_reference=41.0,
        bins=(Bin("1 to 50", 0.6, 0.3), Bin("50 to 99", 0.4, 0.7)),
        weight=0.5,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def report(*features: FeatureDrift, n: int = 500, predictions: tuple[FeatureDrift, ...] = ()) -> DriftReport:
    since, until = DriftView().days(NOON)
    return DriftReport(
        1, "v3 tree", since, until, Grain.WEEK, n, 2_000, overall(features), features, predictions
    )  # fmt: skip


CATEGORIES = {"kind": FeatureKind.CATEGORIES, "mean": None, "mean_reference": None}


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (feature(), "'age' is stable: PSI 0.05, within the 0.10 that 500 rows allow."),
        (feature(psi=0.4), "'age' drifted (PSI 0.40, over 0.10). 53 on average, where it was 41."),
        (feature(n=0, verdict=Verdict.FEW), "'age': no rows in this period."),
        (feature(n=1, verdict=Verdict.FEW), "'age': 1 row, too few to judge (at least 30)."),
        (
            feature(psi=8.0, missing=1.0, missing_reference=0.25),
            "'age' drifted (PSI 8.00, over 0.10). It has no value any more; the model learnt from 75% that had one.",
        ),
        (
            feature(psi=8.0, missing=0.4, missing_reference=1.0),
            "'age' drifted (PSI 8.00, over 0.10). The model never saw a value of it; now 60% of the rows have one.",
        ),
        (
            feature(missing=1.0, missing_reference=1.0),
            "'age' is stable: PSI 0.05, within the 0.10 that 500 rows allow. "
            "It never has a value, neither then nor now.",
        ),
        (
            feature(psi=0.0, bins=(Bin("5", 1.0, 1.0),)),
            "'age' is stable: PSI 0.00, within the 0.10 that 500 rows allow. It is constant, then and now.",
        ),
        (
            feature("ward", 0.5, **CATEGORIES, unseen=0.12, unseen_reference=0.0),
            "'ward' drifted (PSI 0.50, over 0.10). "
            "12% of its values are new to the model; without drift about 0% would be.",
        ),
        (
            feature("ward", 0.5, **CATEGORIES, bins=(Bin("north", 0.9, 0.8), Bin("other", 0.1, 0.15))),
            "'ward' drifted (PSI 0.50, over 0.10). 'north' is 80% of the rows, and was 90%.",
        ),
        (
            feature("ward", 0.05, verdict=Verdict.DRIFTED, **CATEGORIES, bins=(Bin("other", 0.5, 0.6),)),
            "'ward' drifted (surely, by what it holds). 'other' is 60% of the rows, and was 50%.",
        ),
        (
            feature("note", 0.3, kind=FeatureKind.TEXTS, tokens=(TokenChange("🛸", 0.0, 0.25, True),)),
            "'note' drifted (PSI 0.30, over 0.10). '🛸' stands in 25% of the texts, and stood in 0%.",
        ),
        (
            feature(LABEL, 0.3, **CATEGORIES),
            "Predicted label drifted (PSI 0.30, over 0.10). '1 to 50' is 30% of the rows, and was 60%.",
        ),
    ],
)
def test_a_feature_is_told_in_one_clear_sentence(one: FeatureDrift, sentence: str) -> None:
    assert finding(one) == sentence


def test_the_score_is_the_share_of_the_weight_that_lies_on_what_drifted() -> None:
    assert overall([feature("a", 0.4, weight=0.7), feature("b", weight=0.2), feature("c", 0.9, weight=0.1)]) == (
        pytest.approx(0.8)
    )
    assert overall([]) == overall([feature("a", 0.4, weight=0.0)]) == 0.0


def test_features_rank_by_weight_and_drift_or_by_how_their_drift_goes_with_decay() -> None:
    light = feature("light", 0.9, weight=0.1, correlation=0.2)
    heavy = feature("heavy", 0.4, weight=0.9, correlation=None)
    calm = feature("calm", 0.09, weight=0.9, correlation=0.8)

    assert [one.name for one in ranked([calm, light, heavy])] == ["heavy", "light", "calm"]
    assert [one.name for one in ranked([heavy, light, calm], "decay")] == ["calm", "light", "heavy"]


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (report(n=0), "v3 tree answered nothing in this period, so nothing can be compared."),
        (replace(report(n=0), waiting=5), "No answer of v3 tree in this period is counted yet."),
        (report(feature(), feature("b")), "None of the 2 features of v3 tree drifted in 500 rows."),
        (
            report(feature(), predictions=(feature(LABEL, 0.5),)),
            "The one feature of v3 tree did not drift in 500 rows; but its predicted label did.",
        ),
        (report(feature(verdict=Verdict.FEW), n=1), "1 row is too few to judge: 30 at least."),
        (
            report(feature(psi=0.5, weight=0.8), feature("b", weight=0.2), predictions=(feature(LABEL, 0.5),)),
            "1 of 2 features of v3 tree drifted ('age'): 80% of what weighs in its answers. "
            "So did its predicted label.",
        ),
        (report(feature(psi=0.5), feature("b")), "1 of 2 features of v3 tree drifted ('age')."),
        (replace(report(), why_not="Nothing yet."), "Nothing yet."),
    ],
)
def test_a_report_is_told_in_one_or_two_sentences(told: DriftReport, sentence: str) -> None:
    assert summary(told) == sentence


@pytest.mark.parametrize(
    ("importances", "expected"),
    [
        ({"ward_north": -3.0, "ward_south": 1.0, "age": 4.0}, {"age": 0.5, "ward": 0.5, "ward_size": 0.0}),
        ({"ward_size_big": 1.0, "1__age": 1.0}, {"age": 0.5, "ward": 0.0, "ward_size": 0.5}),
        ({"age ward": 1.0, "age^2": 1.0}, {"age": 0.75, "ward": 0.25, "ward_size": 0.0}),
        ({"pca0": 5.0}, {"age": 1 / 3, "ward": 1 / 3, "ward_size": 1 / 3}),
        ({}, {"age": 1 / 3, "ward": 1 / 3, "ward_size": 1 / 3}),
    ],
)
def test_importances_of_features_become_weights_of_columns(
    importances: dict[str, float], expected: dict[str, float]
) -> None:
    assert weights_of(importances, ["age", "ward", "ward_size"]) == pytest.approx(expected)


def test_a_period_is_of_whole_days_and_by_default_the_newest_30() -> None:
    day = datetime(2026, 3, 16, tzinfo=UTC)

    assert DriftView().days(NOON) == (datetime(2026, 2, 14, tzinfo=UTC), day)
    assert DriftView(NOON).days(NOON) == (datetime(2026, 3, 15, tzinfo=UTC), day)
    assert DriftView(until=day).days(NOON)[1] == day
    with pytest.raises(Invalid, match="2026-03-16 to before 2026-03-16 holds no day: let it begin before it ends"):
        DriftView(day, day).days(NOON)
