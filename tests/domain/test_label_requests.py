"""Label requests: what became of each, what is the sample, and what is said of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mms.domain.buckets import Estimate
from mms.domain.errors import Invalid
from mms.domain.label_estimates import SampleEstimate
from mms.domain.label_requests import MOST, DrawDraft, LabelDraw, RequestState, Why, reached, state_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = datetime(2026, 3, 1, tzinfo=UTC)
W, S, T, N, C = (RequestState(one) for one in ("waiting", "skipped", "told", "not known", "came by itself"))


@pytest.mark.parametrize(
    ("told", "answered", "by_person", "skips", "state"),
    [
        (False, False, False, 0, W),
        (False, False, False, 2, S),
        (True, False, False, 2, C),
        (True, True, True, 0, T),
        (False, True, True, 0, N),
        (True, False, True, 0, W),  # taken back: it is asked for again
    ],
)
def test_a_request_is_what_its_truth_and_its_closing_make_it(
    told: bool, answered: bool, by_person: bool, skips: int, state: RequestState
) -> None:
    assert state_of(told=told, answered=answered, by_person=by_person, skips=skips) is state


@pytest.mark.parametrize(
    ("states", "rows"),
    [([], 0), ([W, T], 0), ([T, C, W, T, C], 2), ([T, S, N, C, W], 4), ([T, C], 2)],
)
def test_the_sample_is_what_lies_before_the_first_row_that_waits_its_turn(
    states: list[RequestState], rows: int
) -> None:
    assert reached(states) == rows


def test_days_that_are_left_out_are_the_newest_thirty() -> None:
    period = DrawDraft().period(NOW)

    assert (period.scope, period.since, period.until) == ("global", DAY - timedelta(days=29), DAY + timedelta(days=1))


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (DrawDraft(count=0), "A draw has 1 to 1,000 rows; 0 were asked for."),
        (DrawDraft(count=MOST + 1), "A draw has 1 to 1,000 rows; 1,001 were asked for."),
        (DrawDraft(since=DAY, until=DAY), "holds no day"),
        (DrawDraft(scope="nowhere"), "scope"),
    ],
)
def test_an_impossible_draw_is_refused_in_a_sentence(draft: DrawDraft, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        draft.period(NOW)


def told(estimate: Estimate | None, came: Estimate | None, needed: int | None, missing: int = 0) -> SampleEstimate:
    draw = LabelDraw(1, 1, 1, Why.RANDOM, "global", DAY, NOW, 1_234, "Ada", NOW)
    labelled = 0 if estimate is None else 60
    return SampleEstimate(draw, "recall", 5.0, labelled + missing, labelled, estimate, came, 500, 0.05, needed)


def test_the_sentence_says_the_score_its_doubt_and_how_many_more() -> None:
    found = told(Estimate(0.7, 0.62, 0.78, 60), Estimate(0.85, 0.8, 0.9, 500), 40, missing=3)

    assert found.plain_sentence == (
        "Recall of the 1,234 answers that waited: 0.700 (0.620 to 0.780), from 60 random rows. 3 of the sampled rows "
        "nobody could tell, which the band does not know. Label 40 more to know Recall within 5 points."
    )
    assert found.beside == (
        "The 500 labels that came by themselves say Recall 0.850 (0.800 to 0.900): surely another score, so those that "
        "came are of another kind than those that wait."
    )


def test_nothing_is_claimed_that_is_not_sure() -> None:
    assert told(Estimate(0.7, 0.6, 0.8, 60), Estimate(0.8, 0.75, 0.85, 500), 0).beside.endswith("no sure difference.")
    assert told(None, None, None).plain_sentence == (
        "0 random rows have a label: too few to tell Recall yet. Label 20 more to learn how many it takes."
    )
    assert told(Estimate(0.7, 0.66, 0.74, 60), None, 0).plain_sentence.endswith("Recall is known within 5 points.")


@pytest.mark.parametrize(("left", "warned"), [(None, False), (40, False), (39, True)])
def test_what_a_draw_cannot_give_any_more_is_said(left: int | None, warned: bool) -> None:
    found = replace(told(None, None, 40), left=left)

    assert "**Label 40 more to know Recall within 5 points.**" in found.sentence
    assert (f"This draw has {left} left, which leave a wider band." in found.sentence) == warned
