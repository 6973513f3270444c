"""Column notes: what a column of a feature table means, where it comes from, and who answers for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mms.domain.errors import Invalid
from mms.domain.tables import FeatureTable, InstanceTable

LONGEST: Mapping[str, int] = {"description": 2000, "source": 500, "owner": 200}
"""Characters that each part may have."""


@dataclass(frozen=True, slots=True)
class NoteDraft:
    """What somebody writes about a column; all empty takes the note away."""

    description: str = ""
    source: str = ""
    owner: str = ""

    def checked(self) -> "NoteDraft":
        """The draft without outer blanks, or Invalid where a part is too long."""
        parts = {name: getattr(self, name).strip() for name in LONGEST}
        for name, text in parts.items():
            if len(text) > LONGEST[name]:
                raise Invalid(f"The {name} of a column has at most {LONGEST[name]:,} characters; it got {len(text):,}.")
        return NoteDraft(**parts)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said."""
        return not (self.description or self.source or self.owner)


@dataclass(frozen=True, slots=True)
class ColumnNote:
    """What is known of one column, and who wrote it last."""

    table_id: int
    name: str
    said: NoteDraft
    edited_by: str
    edited_at: datetime


@dataclass(frozen=True, slots=True)
class ColumnPlace:
    """Where a feature of a model is kept: a table, and the column's own name there."""

    table_id: int
    table: str
    name: str


def place_of(feature: str, declaration: InstanceTable | None, tables: Mapping[int, FeatureTable]) -> ColumnPlace | None:
    """Where a feature's column is; None where no table of the declaration holds it any more.

    tables: live ones by id. A joined feature is named `table.column`, one of the base table by its column alone.
    """
    if declaration is None:
        return None
    base = tables.get(declaration.base_table_id)
    if base is not None and any(column.name == feature for column in base.columns):
        return ColumnPlace(base.id, base.name, feature)
    for joined in (tables[join.table_id] for join in declaration.joins if join.table_id in tables):
        name = feature.removeprefix(f"{joined.name}.")
        if name != feature and any(column.name == name for column in joined.columns):
            return ColumnPlace(joined.id, joined.name, name)
    return None
