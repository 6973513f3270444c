"""What changed between two models, fact by fact."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mms.domain.changes import ABSENT, Changes, Mark, Origins, RowChange, changes, value_words
from mms.domain.jobs import JobState, Progress
from mms.domain.models import Model, Signature
from mms.domain.runs import Run, RunKind
from mms.domain.snapshots import Extent, FoldKind, FoldPlan, Profile, Selection, Snapshot
from mms.domain.tables import Column, ColumnType
from mms.domain.triples import Branch, Recipe, Step, Triple
from tests.domain.test_comparison import model

THEN = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2026, 2, 1, tzinfo=UTC)
IMPUTE, SCALE = Step("impute", {"strategy": "mean"}), Step("scale", {})
RECIPE = Recipe("plain", (Branch("numeric", (IMPUTE, SCALE)),))
TRIPLE = Triple(RECIPE, "ridge", {"alpha": 1.0, "fit_intercept": True})
COLUMNS = (Column("x", ColumnType.NUMBER), Column("y", ColumnType.INTEGER))
SNAPSHOT = Snapshot(
    1, 1, 1, "ab" * 32, 1000, COLUMNS, "side", ("id",), "at", None, Selection(), FoldPlan(FoldKind.BY_TIME),
    Profile((), {}), "d", "f", THEN, LATER, "ada", THEN,
)  # fmt: skip
RUN = Run(
    1, 1, 3, RunKind.SELECTION, JobState.SUCCEEDED, 1, "global", None, None, 2, "ada", THEN, None, None, None,
    Progress(),
)  # fmt: skip
MODEL = Model(
    model(1, 0.5), TRIPLE, (), Signature(COLUMNS, ("no", "yes"), {}), {"python": "3.13.1", "scikit-learn": "1.9.0"},
    "aa", "oo", None, 7, None,
)  # fmt: skip
ONE = Origins(MODEL, SNAPSHOT, RUN)


def other(snapshot: Snapshot | None = SNAPSHOT, run: Run = RUN, **fields: Any) -> Origins:
    return Origins(replace(MODEL, ranked=model(2, 0.6), artifact_sha="bb", **fields), snapshot, run)


def differing(found: Changes) -> list[tuple[str, str, str, str, Mark]]:
    return [(fact.part, fact.what, fact.one, fact.other, fact.mark) for fact in found.differing]


def triple_with(*steps: Step, **changed: Any) -> Triple:
    return replace(TRIPLE, recipe=Recipe("plain", (Branch("numeric", steps),)), **changed)


CASES: list[tuple[str, Origins, list[tuple[str, str, str, str, Mark]]]] = [
    ("nothing but the bytes", other(), []),
    ("the seed", other(seed=8), [("seed", "seed", "7", "8", Mark.CHANGED)]),
    (
        "a hyperparameter, as a number",
        other(triple=replace(TRIPLE, hyperparameters={"alpha": 0.1, "fit_intercept": True})),
        [("hyperparameters", "alpha", "1", "0.1", Mark.CHANGED)],
    ),
    (
        "the algorithm, and what only one of them takes",
        other(triple=replace(TRIPLE, algorithm="tree", hyperparameters={"depth": None})),
        [
            ("algorithm", "algorithm", "ridge", "tree", Mark.CHANGED),
            ("hyperparameters", "alpha", "1", ABSENT, Mark.REMOVED),
            ("hyperparameters", "fit_intercept", "true", ABSENT, Mark.REMOVED),
            ("hyperparameters", "depth", ABSENT, "none", Mark.ADDED),
        ],
    ),
    (
        "a step's parameter",
        other(triple=triple_with(Step("impute", {"strategy": "median"}), SCALE)),
        [("recipe", "numeric columns: impute", "strategy mean", "strategy median", Mark.CHANGED)],
    ),
    (
        "a step the more",
        other(triple=triple_with(IMPUTE, Step("clip", {}), SCALE)),
        [("recipe", "numeric columns: clip", ABSENT, "as it is", Mark.ADDED)],
    ),
    (
        "the order of steps",
        other(triple=triple_with(SCALE, IMPUTE)),
        [
            ("recipe", "numeric columns: scale", ABSENT, "as it is", Mark.ADDED),
            ("recipe", "numeric columns: scale", "as it is", ABSENT, Mark.REMOVED),
        ],
    ),
    (
        "a branch, and a step over all features",
        other(triple=replace(TRIPLE, recipe=Recipe("new", (*RECIPE.branches, Branch(("x",), (SCALE,))), (SCALE,)))),
        [
            ("recipe", "x: scale", ABSENT, "as it is", Mark.ADDED),
            ("recipe", "all features: scale", ABSENT, "as it is", Mark.ADDED),
        ],
    ),
    (
        "members of an ensemble",
        other(triple=Triple(Recipe("", ()), "ridge", TRIPLE.hyperparameters, (TRIPLE,))),
        [
            ("recipe", "numeric columns: impute", "strategy mean", ABSENT, Mark.REMOVED),
            ("recipe", "numeric columns: scale", "as it is", ABSENT, Mark.REMOVED),
            ("members", "member", ABSENT, "ridge on 'plain' (alpha 1, fit_intercept true)", Mark.ADDED),
        ],
    ),
    (
        "columns added, removed and retyped",
        other(signature=Signature((Column("x", ColumnType.CATEGORY), Column("z", ColumnType.TEXT)), (), {})),
        [
            ("columns", "x", "number", "category", Mark.CHANGED),
            ("columns", "y", "integer", ABSENT, Mark.REMOVED),
            ("columns", "z", ABSENT, "text", Mark.ADDED),
        ],
    ),
    (
        "code and environment",
        other(environment={"python": "3.13.1", "scikit-learn": "1.9.1", "mms": "2"}),
        [
            ("code and environment", "scikit-learn", "1.9.0", "1.9.1", Mark.CHANGED),
            ("code and environment", "mms", ABSENT, "2", Mark.ADDED),
        ],
    ),
    (
        "the folds",
        other(replace(SNAPSHOT, fold_plan=FoldPlan(FoldKind.BY_GROUP, 3, group="ward"))),
        [("folds", "plan", "12 folds by time, seed 0", "12 folds by group of ward, seed 3", Mark.CHANGED)],
    ),
    (
        "the run and the threshold",
        other(run=replace(RUN, number=4, kind=RunKind.REFIT), threshold=0.3),
        [
            ("decision threshold", "threshold", ABSENT, "0.3", Mark.CHANGED),
            ("run", "run", "run 3 (selection)", "run 4 (refit)", Mark.CHANGED),
        ],
    ),
]


@pytest.mark.parametrize(("there", "facts"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_differs_is_told_with_its_sign(there: Origins, facts: list[tuple[str, str, str, str, Mark]]) -> None:
    assert differing(changes(ONE, there)) == facts


def test_rows_that_came_went_and_got_another_truth_are_counted() -> None:
    newer = replace(
        SNAPSHOT, number=2, content_hash="cd" * 32, row_count=1100, selection=Selection(Extent.LAST_DAYS, 30, seed=1),
        time_to=datetime(2026, 3, 1, tzinfo=UTC),
    )  # fmt: skip

    found = changes(ONE, other(newer), RowChange(added=203, removed=103, kept=897, relabelled=5))

    assert differing(found) == [
        ("rows", "snapshot", "snapshot 1 2026-02-01 (ababab)", "snapshot 2 2026-03-01 (cdcdcd)", Mark.CHANGED),
        ("rows", "count", "1,000", "1,100", Mark.CHANGED),
        ("rows", "dates", "2026-01-01 to 2026-02-01", "2026-01-01 to 2026-03-01", Mark.CHANGED),
        ("rows", "selection", "all rows", "last days 30", Mark.CHANGED),
        ("rows", "only in the second", ABSENT, "203", Mark.ADDED),
        ("rows", "only in the first", "103", ABSENT, Mark.REMOVED),
        ("rows", "in both, with another truth", ABSENT, "5", Mark.CHANGED),
    ]
    assert found.facts[9].mark is Mark.SAME
    assert found.facts[9].one == "897"


def test_a_deleted_snapshot_is_said_and_its_folds_are_left_out() -> None:
    found = changes(ONE, other(None))

    assert ("rows", "snapshot") in {(fact.part, fact.what) for fact in found.differing}
    assert "snapshot 1, deleted since" in {fact.other for fact in found.differing}
    assert "folds" not in {fact.part for fact in found.facts}


def test_equal_hashes_are_the_identical_artifact() -> None:
    found = changes(ONE, Origins(replace(MODEL, ranked=model(2, 0.5)), SNAPSHOT, RUN))

    assert found.identical
    assert found.words == "v1 ridge and v2 ridge are the identical artifact: the same bytes, so the same answers."


def test_the_sentence_counts_what_changed_and_names_what_did_not() -> None:
    tuned = replace(TRIPLE, hyperparameters={"alpha": 0.1, "fit_intercept": False})

    assert changes(ONE, other(triple=tuned, seed=8)).words == (
        "From v1 ridge to v2 ridge these changed: hyperparameters (2) and seed. The same: rows, columns, folds, "
        "recipe, algorithm, decision threshold, code and environment and run."
    )
    assert changes(ONE, other()).words == (
        "From v1 ridge to v2 ridge nothing changed that is recorded: only the artifact's bytes differ."
    )


@pytest.mark.parametrize(
    ("value", "words"), [(0.10, "0.1"), (3, "3"), (True, "true"), (None, "none"), ("l2", "l2"), (1e-9, "1e-09")]
)
def test_a_value_is_said_as_people_write_it(value: object, words: str) -> None:
    assert value_words(value) == words
