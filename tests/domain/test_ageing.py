"""Which models are retired and purged, when, and why; and which never are."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mms.domain.ageing import AgeingRules, Beaten, Fate, Life, Placed, Standing, beaten_by, due, fate_of
from mms.domain.models import ModelState

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULES = AgeingRules(unused_days=30, beaten_days=10, purge_days=60)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


OLD = Life(1, "v1 tree", ModelState.CANDIDATE, ago(100), ago(100), 500)


@pytest.mark.parametrize(
    ("life", "said"),
    [
        (OLD, (Fate.RETIRE, "nobody has asked it in 100 days")),
        (replace(OLD, created_at=ago(29), touched_at=ago(29)), None),
        (replace(OLD, created_at=ago(30), touched_at=ago(30)), (Fate.RETIRE, "nobody has asked it in 30 days")),
        (replace(OLD, touched_at=ago(2)), None),
        (replace(OLD, used_at=ago(29)), None),
        (replace(OLD, used_at=ago(31)), (Fate.RETIRE, "nobody has asked it since 2026-01-28")),
        (replace(OLD, used_at=ago(1), beaten=Beaten(ago(9), "v2 svc")), None),
        (
            replace(OLD, used_at=ago(1), beaten=Beaten(ago(11), "v2 svc")),
            (Fate.RETIRE, "v2 svc is better on the same rows since 2026-02-18"),
        ),
        (replace(OLD, used_at=ago(1), touched_at=ago(3), beaten=Beaten(ago(11), "v2 svc")), None),
        (replace(OLD, state=ModelState.CHALLENGER), (Fate.RETIRE, "nobody has asked it in 100 days")),
        (replace(OLD, state=ModelState.CHAMPION), None),
        (replace(OLD, kept="somebody tagged it"), None),
        (replace(OLD, state=ModelState.RETIRED, retired_at=ago(59)), None),
        (replace(OLD, state=ModelState.RETIRED, retired_at=ago(60)), (Fate.PURGE, "it was retired on 2025-12-31")),
        (replace(OLD, state=ModelState.RETIRED, retired_at=ago(90), kept="it is needed"), None),
        (replace(OLD, state=ModelState.PURGED, retired_at=ago(90)), None),
        (replace(OLD, created_at=ago(-5), touched_at=ago(-5)), None),
    ],
)
def test_a_model_s_fate(life: Life, said: tuple[Fate, str] | None) -> None:
    found = fate_of(life, RULES, NOW)

    assert (found and (found.fate, found.because)) == said


def test_without_rules_no_model_ever_ends() -> None:
    retired = replace(OLD, state=ModelState.RETIRED, retired_at=ago(900), beaten=Beaten(ago(99), "v2"))

    assert due([OLD, retired], AgeingRules(), NOW) == ()
    assert AgeingRules().words == "Models are never retired by themselves."
    assert RULES.words == (
        "Models are retired after 30 days without an answer, retired 10 days after a better one on the same rows, "
        "purged 60 days after that."
    )


def test_a_purge_tells_what_it_frees() -> None:
    (found,) = due([replace(OLD, state=ModelState.RETIRED, retired_at=ago(61))], RULES, NOW)

    assert found.frees == 500


def test_a_model_is_beaten_by_the_first_better_one_on_the_same_rows() -> None:
    rows, others = (7, "global"), (8, "global")
    placed = [
        Placed(1, "v1", rows, 0.5, ago(9)),
        Placed(2, "v2", rows, 0.7, ago(5)),
        Placed(3, "v3", rows, 0.9, ago(3)),
        Placed(4, "v4", rows, 0.6, ago(1)),
        Placed(5, "v5", rows, 0.9, ago(8)),
        Placed(6, "v6", others, 0.1, ago(9)),
    ]

    found = beaten_by(placed)

    assert found == {1: Beaten(ago(8), "v5"), 2: Beaten(ago(5), "v5"), 4: Beaten(ago(1), "v5")}


@pytest.mark.parametrize(
    ("rank", "words"),
    [(1, "1st of 30"), (2, "2nd of 30"), (3, "3rd of 30"), (4, "4th of 30"), (12, "12th of 30"), (21, "21st of 30")],
)
def test_a_rank_is_told_as_people_say_it(rank: int, words: str) -> None:
    assert Standing(rank, 30).words == words
