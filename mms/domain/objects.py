"""Objects of scikit-learn's kind as plain data: what a client tells of a pipeline, and a server translates.

A description is JSON. Numbers, texts, true, false and None stand for themselves, a tuple or an array is a list, and
everything else is an object with one key: {"class": path, "parameters": {...}} (whatever has `get_params`; two keys),
{"function": path}, {"type": path}, {"number": "nan"}, {"slice": [start, stop, step]}, {"map": [[key, value], ...]} or
{"other": path}. Nothing in it is code, and nobody imports a path.
"""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

Select = Callable[[Any], list[str]]
"""What a selector of columns (scikit-learn's `make_column_selector`) chooses, by name."""


def described(value: Any, select: Select | None = None) -> Any:
    """The description of an estimator, a transformer or a value of one of their parameters."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)  # NumPy's str_ too
    if isinstance(value, float):
        return float(value) if isfinite(value) else {"number": str(float(value))}
    if isinstance(value, Mapping):
        return {"map": [[described(key, select), described(inner, select)] for key, inner in value.items()]}
    if isinstance(value, list | tuple):
        return [described(inner, select) for inner in value]
    if isinstance(value, set | frozenset):
        return sorted((described(inner, select) for inner in value), key=repr)
    if isinstance(value, slice):
        return {"slice": [described(value.start, select), described(value.stop, select), described(value.step, select)]}
    if isinstance(value, type):
        return {"type": path_of(value)}
    if hasattr(value, "get_params"):
        parameters = {name: described(inner, select) for name, inner in value.get_params(deep=False).items()}
        return {"class": path_of(type(value)), "parameters": parameters}
    if select is not None and type(value).__name__ == "make_column_selector":
        return select(value)
    if hasattr(value, "tolist"):
        return described(value.tolist(), select)
    if hasattr(value, "__qualname__"):
        return {"function": path_of(value)}
    return {"other": path_of(type(value))}


def path_of(thing: Any) -> str:
    """Module and name of a class or a function."""
    return f"{getattr(thing, '__module__', None) or 'builtins'}.{thing.__qualname__}"
