from datetime import UTC, datetime, timedelta

import pytest

from mms.domain.cards import SchemaChange, UsedColumn, schema_change, successions
from mms.domain.models import Signature
from mms.domain.promotions import Promotion
from mms.domain.recipes import recipe_sentence, triple_sentence
from mms.domain.snapshots import ColumnProfile
from mms.domain.tables import Column, ColumnType
from mms.domain.triples import Branch, Recipe, Step, Triple

START = datetime(2026, 1, 1, tzinfo=UTC)


def ledger(*seatings: tuple[int, str]) -> list[Promotion]:
    """Newest first, one a day, from (model, scope) in time order; a model's version is its id."""
    made = [
        Promotion(i + 1, 1, scope, model, model, "ada", START + timedelta(days=i), "so", "so", False, None)
        for i, (model, scope) in enumerate(seatings)
    ]
    return made[::-1]


@pytest.mark.parametrize(
    ("seatings", "model", "words"),
    [
        ([(1, "global")], 1, ["For all rows it took an empty seat on 2026-01-01 and sits there now."]),
        (
            [(1, "global"), (2, "global"), (3, "global")],
            2,
            ["For all rows it replaced v1 on 2026-01-02 and was replaced by v3 on 2026-01-03."],
        ),
        (
            [(1, "global"), (2, "global"), (1, "global")],
            1,
            [
                "For all rows it replaced v2 on 2026-01-03 and sits there now.",
                "For all rows it took an empty seat on 2026-01-01 and was replaced by v2 on 2026-01-02.",
            ],
        ),
        (
            [(1, "global"), (2, "group:ward=north"), (1, "group:ward=north")],
            1,
            [
                "For rows with ward = north it replaced v2 on 2026-01-03 and sits there now.",
                "For all rows it took an empty seat on 2026-01-01 and sits there now.",
            ],
        ),
        ([(1, "global"), (1, "global")], 1, ["For all rows it took an empty seat on 2026-01-01 and sits there now."]),
        ([(1, "global")], 2, []),
        ([], 1, []),
    ],
)
def test_a_model_tells_what_it_replaced_and_what_replaced_it(
    seatings: list[tuple[int, str]], model: int, words: list[str]
) -> None:
    assert [one.words for one in successions(ledger(*seatings), model)] == words


def signature(*classes: str, **columns: ColumnType) -> Signature:
    return Signature(tuple(Column(name, kind) for name, kind in columns.items()), classes, {})


def test_what_a_caller_must_change_is_said() -> None:
    before = signature("no", "yes", age=ColumnType.INTEGER, ward=ColumnType.CATEGORY, old=ColumnType.TEXT)
    now = signature("no", "maybe", ward=ColumnType.CATEGORY, age=ColumnType.NUMBER, new=ColumnType.TIME)

    change = schema_change(3, before, now)

    assert not change.same
    assert change.words == (
        "Other than v3, it takes new (time) too; it no longer takes old; it takes age as number, no longer integer; "
        "it also answers maybe; it no longer answers yes."
    )


def test_the_order_of_columns_changes_nothing_for_a_caller() -> None:
    before = signature(age=ColumnType.INTEGER, ward=ColumnType.CATEGORY)
    now = signature(ward=ColumnType.CATEGORY, age=ColumnType.INTEGER)

    assert schema_change(3, before, now) == SchemaChange(3)
    assert SchemaChange(3).words == "It takes and gives what v3 did: callers change nothing."


RECIPE = Recipe(
    "plain",
    (
        Branch("numeric", (Step("impute", {"strategy": "median"}), Step("scale", {}))),
        Branch(("ward", "bed"), (Step("one_hot", {}),)),
        Branch("boolean", ()),
    ),
    (Step("k_best", {"k": 20}),),
)


def test_a_recipe_is_one_sentence() -> None:
    assert recipe_sentence(RECIPE) == (
        "Numeric columns go through impute (strategy median), then scale; ward, bed go through one_hot; "
        "boolean columns go in as they are; all features together then go through k_best (k 20)."
    )
    assert recipe_sentence(Recipe("none", ())) == "No column is used."


def test_a_triple_is_told_in_words_and_an_ensemble_by_its_members() -> None:
    one = Triple(Recipe("none", ()), "logistic", {"c": 1.5})

    assert triple_sentence(one) == "logistic with c 1.5 on recipe 'none'. No column is used."
    assert triple_sentence(Triple(Recipe("", ()), "voting", {}, (one, one))) == (
        "voting as it comes over 2 members: logistic on recipe 'none'; logistic on recipe 'none'."
    )


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.0, 23.0, "0 to 23; 12 missing"),
        (-0.123456, 9999.5, "-0.1235 to 10,000; 12 missing"),
        (20130101.0, 20131231.0, "20,130,101 to 20,131,231; 12 missing"),
    ],
)
def test_the_range_of_a_column_tells_its_ends_apart(low: float, high: float, words: str) -> None:
    profile = ColumnProfile("x", "number", 12, 99, low, high)

    assert UsedColumn(Column("x", ColumnType.NUMBER), None, profile, None).range_words == words
