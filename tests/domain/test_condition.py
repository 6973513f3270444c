"""The condition of a project is told in facts, cases and one summary."""

from datetime import UTC, datetime, timedelta

import pytest

from mms.domain.buckets import Estimate
from mms.domain.condition import Judged, Mood, facts_of, meaning, spark_words, summary
from mms.domain.decay import Decay, DecayPoint
from mms.domain.drafts import DraftState, PromotionDraft
from mms.domain.metric_words import Cases

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
MAY = DecayPoint(datetime(2026, 5, 1, tzinfo=UTC), 1, Estimate(0.3, 0.28, 0.32, 900), 1000, 960)
WISH = PromotionDraft(
    1, 1, 3, "v3 tree", "global", "its turn", False, DraftState.REQUESTED, None, "bo", "Bo", MARCH
)  # fmt: skip


def judged(decay: Decay | None, reference: Estimate | None = None, champion: str | None = "v1 boosting") -> Judged:
    return Judged("f1", champion, champion and MARCH, MARCH + timedelta(days=92), decay, reference, 0.96)  # type: ignore[arg-type]


def test_a_champion_that_decays_is_told_with_its_bands() -> None:
    decay = Decay(True, MARCH.replace(month=4), MAY, 0.49, "")

    facts = dict(facts_of(judged(decay, Estimate(0.49, 0.47, 0.51, 800)), "none watches", [WISH], "Ada"))

    assert facts == {
        "Champion": "v1 boosting, since 1 March 2026 (for 92 days)",
        "F1 at promotion": "0.490 (0.470 to 0.510)",
        "F1 now": "0.300 (0.280 to 0.320) in May 2026",
        "Labels": "96 % known",
        "Decay": "decaying since April 2026",
        "Next trigger": "none watches",
        "Requests": "v3 tree, asked for by Bo",
        "Owner": "Ada",
    }


def test_what_is_not_known_is_said() -> None:
    facts = dict(facts_of(judged(None), "x", [], "Ada"))
    empty = dict(facts_of(judged(None, champion=None), "waits for a champion", [], "Ada"))

    assert facts["F1 at promotion"] == "not known: its snapshot left no newest rows"
    assert facts["F1 now"] == "not judged yet: too few labels"
    assert facts["Requests"] == "none"
    assert empty == {
        "Champion": "none yet", "Next trigger": "waits for a champion", "Requests": "none", "Owner": "Ada"
    }  # fmt: skip


def test_a_score_is_told_in_cases_beside_that_of_the_promotion() -> None:
    cases = Cases("flights", "late", "status")
    half = Estimate(0.5, None, None, 40)
    flagged = (Estimate(0.20, None, None, 100), Estimate(0.41, None, None, 100))

    assert meaning({"precision": flagged, "recall": (half, half)}, cases) == (
        "Of 100 flights that were flagged, 20 were late (at promotion 41); "
        "of 100 flights that were late, 50 were flagged (at promotion 50)."
    )
    assert meaning({"precision": (None, half)}, cases) == ""
    assert meaning({"mae": (Estimate(2.5, None, None, 2), None)}, cases) == (
        "Answers are off by 2.5 on average, in units of status."
    )


@pytest.mark.parametrize(
    ("moods", "words"),
    [
        ({}, "There is no project yet."),
        ({"a": Mood.WELL}, "Your project is well."),
        ({"a": Mood.WELL, "b": Mood.WELL}, "All 2 projects are well."),
        ({"a": Mood.NEEDS}, "**a** needs you."),
        ({"a": Mood.NEEDS, "b": Mood.WELL}, "1 of 2 projects are well. **a** needs you."),
        (
            {"a": Mood.NEEDS, "b": Mood.NEEDS, "c": Mood.SNOOZED},
            "0 of 3 projects are well. **a and b** need you. c is snoozed.",
        ),
        ({"a": Mood.SNOOZED}, "a is snoozed."),
    ],
)
def test_all_projects_in_one_line(moods: dict[str, Mood], words: str) -> None:
    assert summary(moods) == words


def test_a_line_as_small_as_a_word() -> None:
    assert spark_words([0.1, 0.2, 0.3]) == "▁▅█"
    assert spark_words([2, 2]) == "▄▄"
    assert spark_words([]) == ""
