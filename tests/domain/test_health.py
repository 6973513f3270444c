"""Health: one sentence that says what is wrong, since when, and the button that it needs."""

from datetime import UTC, datetime

import pytest

from mms.domain.buckets import Estimate
from mms.domain.decay import Decay, DecayPoint
from mms.domain.health import Need, State, day_words, health_of

MARCH = datetime(2026, 3, 3, tzinfo=UTC)
MAY = DecayPoint(datetime(2026, 5, 1, tzinfo=UTC), 1, Estimate(0.3, 0.28, 0.32, 900), 1000, 960)
DECAYING = Decay(True, MAY.period, MAY, 0.49, "")
CALM = Decay(False, None, MAY, 0.31, "")
SEATED = {"metric": "f1", "rows": 900, "models": 3, "champion": "v12 boosting", "since": MARCH}


@pytest.mark.parametrize(
    ("state", "well", "need"),
    [
        (State("f1", None, 0), False, Need.DATA),
        (State("f1", 0, 0), False, Need.DATA),
        (State("f1", 900, 0), False, Need.TRAIN),
        (State("f1", 900, 0, running=True), True, None),
        (State("f1", 900, 5), False, Need.PROMOTE),
        (State(**SEATED, decay=DECAYING), False, Need.RETRAIN),
        (State(**SEATED, decay=DECAYING, running=True), False, None),
        (State(**SEATED, decay=DECAYING, better="v13 boosting"), False, Need.PROMOTE),
        (State(**SEATED, better="v13 boosting"), False, Need.PROMOTE),
        (State(**SEATED, decay=CALM, predicted=10), True, None),
        (State(**SEATED), True, None),
    ],
)
def test_each_state_needs_its_button(state: State, well: bool, need: Need | None) -> None:
    health = health_of(state)

    assert (health.well, health.need) == (well, need)
    assert health.sentence[-1] in ".?"


def test_a_fall_is_told_with_its_doubt() -> None:
    assert health_of(State(**SEATED, decay=DECAYING)).sentence == (
        "Champion v12 boosting answers since 3 March 2026. Its F1 fell from 0.49 on its newest rows to 0.30 in May "
        "2026, surely (band 0.28 to 0.32, 96 % of labels known). Retrain?"
    )


def test_an_error_rises() -> None:
    assert "Its RMSE rose from 0.49" in health_of(State(**(SEATED | {"metric": "rmse"}), decay=DECAYING)).sentence


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (State(**SEATED), "Nobody has asked it yet."),
        (State(**SEATED, predicted=1), "1 prediction; too few truths are known to judge its F1."),
        (State(**SEATED, predicted=1200), "1,200 predictions; too few truths are known to judge its F1."),
        (
            State(**SEATED, predicted=1, decay=CALM),
            "Its F1 was 0.30 in May 2026, against 0.31 on its newest rows: no sure",
        ),
        (
            State(**SEATED, predicted=1, decay=Decay(False, None, MAY, None, "")),
            "Its F1 was 0.30 in May 2026; it has no newest rows to compare with.",
        ),
    ],
)
def test_a_calm_champion_says_how_it_does(state: State, sentence: str) -> None:
    assert sentence in health_of(state).sentence


def test_a_day_is_told_in_words() -> None:
    assert day_words(MARCH) == "3 March 2026"
