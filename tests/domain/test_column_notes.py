from datetime import UTC, datetime

import pytest

from mms.domain.column_notes import LONGEST, ColumnPlace, NoteDraft, place_of
from mms.domain.errors import Invalid
from mms.domain.tables import Column, ColumnType, FeatureTable, InstanceTable, Join

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def table(table_id: int, name: str, *columns: str) -> FeatureTable:
    kinds = tuple(Column(column, ColumnType.NUMBER) for column in columns)
    return FeatureTable(table_id, 1, name, f"t{table_id}", kinds, (columns[0],), None, 0, NOW, NOW)


TABLES = {1: table(1, "visits", "id", "age", "plans.old"), 2: table(2, "plans", "plan", "price")}
DECLARED = InstanceTable(1, 1, 1, ("id",), None, "sick", None, ("age",), (Join(2, "plans", (("age", "plan"),)),))


@pytest.mark.parametrize(
    ("feature", "place"),
    [
        ("age", ColumnPlace(1, "visits", "age")),
        ("plans.price", ColumnPlace(2, "plans", "price")),
        ("plans.old", ColumnPlace(1, "visits", "plans.old")),
        ("price", None),
        ("plans.gone", None),
        ("clinics.beds", None),
    ],
)
def test_a_feature_is_found_in_the_table_that_holds_it(feature: str, place: ColumnPlace | None) -> None:
    assert place_of(feature, DECLARED, TABLES) == place
    assert place_of(feature, None, TABLES) is None


def test_a_deleted_table_holds_no_feature() -> None:
    assert place_of("plans.price", DECLARED, {1: TABLES[1]}) is None


@pytest.mark.parametrize("part", LONGEST)
def test_a_note_is_trimmed_and_bounded(part: str) -> None:
    assert NoteDraft(**{part: " so "}).checked() == NoteDraft(**{part: "so"})
    with pytest.raises(Invalid, match=f"The {part} of a column has at most"):
        NoteDraft(**{part: "x" * (LONGEST[part] + 1)}).checked()
