"""Which feature columns a branch of a ColumnTransformer takes."""

from collections.abc import Mapping, Sequence
from typing import Any

from mms.domain.tables import Column
from mms.ml.translation.described import Described


def chosen(owner: Described, branch: str, value: Any, columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns by names, places, a mask or a slice (of names: its end is taken too), as scikit-learn reads them.

    Selectors are resolved where they live: the client asks them, on an empty frame of the snapshot's schema.
    """
    names = [column.name for column in columns]
    if isinstance(value, Mapping) and isinstance(value.get("slice"), list) and len(value["slice"]) == 3:
        start, stop, step = value["slice"]
        last = _place(stop, names)
        end = last + 1 if isinstance(stop, str) and last is not None else last
        return tuple(columns[slice(_place(start, names), end, step if isinstance(step, int) and step else None)])
    wanted = value if isinstance(value, list) else [value]
    if len(wanted) == len(columns) and all(isinstance(one, bool) for one in wanted):
        return tuple(column for column, taken in zip(columns, wanted, strict=True) if taken)
    found = []
    for one in wanted:
        place = _place(one, names)
        if isinstance(one, Mapping):
            raise owner.refused(f"a function chooses the columns of '{branch}'; give their names")
        if place is None or not -len(columns) <= place < len(columns):
            raise owner.refused(f"'{branch}' takes column {one!r}, and the snapshot has {', '.join(names)}")
        found.append(columns[place])
    return tuple(found)


def _place(value: Any, names: Sequence[str]) -> int | None:
    if isinstance(value, str):
        return names.index(value) if value in names else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
