"""The site's own estimators and transformers: classes of its environment, named in its settings file by its operator.

Nobody else can name a class: users choose an entry by its name, as they choose any other. A wrong entry is left out and
said so in a sentence; the product starts all the same.
"""

import inspect
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from mms.domain.errors import Invalid
from mms.domain.triples import Parameter, Value
from mms.settings import settings

KINDS = ("algorithms", "transformers")
"""The tables a settings file may hold."""

_KINDS_OF_PARAMETERS = ("integer", "number", "boolean", "choice")
_PARAMETER = {"name", "kind", "default", "low", "high", "choices", "optional", "scale", "explanation"}


@dataclass(frozen=True, slots=True)
class Entries:
    """The right entries of one table of the file, and a sentence for each wrong one."""

    found: tuple[Any, ...]
    problems: tuple[str, ...]


def entries(table: str, made: Callable[["Entry"], Any]) -> Entries:
    """What `made` makes of every entry of a table ("algorithms", "transformers"); read again when the file changed."""
    path = settings().site_file
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return Entries((), ())
    return _entries(path, changed, table, made)


@lru_cache(maxsize=16)
def _entries(path: Path, changed: int, table: str, made: Callable[["Entry"], Any]) -> Entries:
    found: list[Any] = []
    problems: list[str] = []
    try:
        content = _read(path)
    except Invalid as error:
        return Entries((), (error.sentence,))
    for number, content_of_entry in enumerate(content.get(table, []), start=1):
        name = content_of_entry.get("name", f"number {number}")
        try:
            found.append(made(Entry(content_of_entry)))
        except Invalid as error:
            problems.append(f"{path}: entry '{name}' of {table} is left out: {error.sentence}")
        except (TypeError, ValueError) as error:
            problems.append(f"{path}: entry '{name}' of {table} is left out: it holds a wrong value: {error}.")
    return Entries(tuple(found), tuple(problems))


def _read(path: Path) -> Mapping[str, list[dict[str, Any]]]:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid(f"{path} cannot be read, so nothing of it is used: {error}.") from error
    for table, value in content.items():
        if table not in KINDS:
            raise Invalid(f"{path} holds '{table}', so nothing of it is used; it may hold [[{']], [['.join(KINDS)}]].")
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise Invalid(f"{path} holds '{table}' in a wrong shape, so nothing of it is used: write [[{table}]].")
    return content


class Entry:
    """One entry of the file, taken apart key by key; Invalid says what is wrong with it."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._left = dict(content)
        self.name: str = self.text("name")
        if not (self.name.isidentifier() and self.name.islower()):
            raise Invalid("its name is lower case, of letters, digits and underscores.")
        self._class = _imported(self.text("class"))
        self._takes = _parameters_of(self._class)
        self.parameters = tuple(self._parameter(one) for one in self.take("parameters", list, []))
        self.fixed: Mapping[str, Any] = self.take("fixed", dict, {})
        for name in self.fixed:
            self._accepted(name)

    def take(self, key: str, kind: type, default: Any = None) -> Any:
        """The value of a key, which is then done with."""
        value = self._left.pop(key, default)
        if not isinstance(value, kind):
            raise Invalid(f"it needs '{key}', of type {kind.__name__}.")
        return value

    def text(self, key: str) -> str:
        """A text that must not be empty."""
        value: str = self.take(key, str, "")
        if not value.strip():
            raise Invalid(f"it needs '{key}'.")
        return value

    def one_of(self, key: str, allowed: Sequence[str], default: Any = None) -> tuple[str, ...]:
        """A list of some of the allowed words, at least one."""
        words = self.take(key, list, default)
        if not words or not set(words) <= set(allowed):
            raise Invalid(f"'{key}' holds some of {', '.join(allowed)}; it got {words}.")
        return tuple(words)

    def grid(self, key: str) -> dict[str, tuple[Value, ...]]:
        """Values to try, each of them one that its parameter takes."""
        known = {parameter.name: parameter for parameter in self.parameters}
        grid: dict[str, tuple[Value, ...]] = {}
        for name, values in self.take(key, dict, {}).items():
            if name not in known or not isinstance(values, list) or not values:
                raise Invalid(f"'{key}' holds lists of values of its parameters; it got {name} = {values!r}.")
            grid[name] = tuple(known[name].checked(value, self.name) for value in values)
        return grid

    def require(self, *methods: str) -> None:
        """The class must have these methods."""
        for method in methods:
            if not callable(getattr(self._class, method, None)):
                raise Invalid(f"its class has no method '{method}'.")

    def has(self, method: str) -> bool:
        """Whether the class has a method."""
        return hasattr(self._class, method)

    def finish(self) -> None:
        """Nothing may be left over, for a key that nobody reads is a slip; and the class can be made."""
        if self._left:
            raise Invalid(f"'{min(self._left)}' is no key that it may have.")
        try:
            self.build({parameter.name: parameter.default for parameter in self.parameters}, 0)
        except Exception as error:  # the site's own code may raise anything
            raise Invalid(f"its class cannot be made of the defaults: {type(error).__name__}: {error}.") from error

    def build(self, parameters: Mapping[str, Value], seed: int) -> Any:
        """The class with its parameters, one thread and the seed, where it takes them."""
        own = {"n_jobs": 1, "random_state": seed}
        given = {name: value for name, value in own.items() if name in self._takes}
        return self._class(**{**given, **self.fixed, **parameters})

    def _parameter(self, content: Any) -> Parameter:
        if not isinstance(content, dict) or not set(content) <= _PARAMETER or not {"name", "kind"} <= set(content):
            raise Invalid(f"a parameter has name and kind, and some of {', '.join(sorted(_PARAMETER))}.")
        self._accepted(str(content["name"]))
        if content["kind"] not in _KINDS_OF_PARAMETERS:
            raise Invalid(f"parameter '{content['name']}' is one of {', '.join(_KINDS_OF_PARAMETERS)}.")
        fields = {**content, "choices": tuple(content.get("choices", ())), "default": content.get("default")}
        parameter = Parameter(**fields)
        return replace(parameter, default=parameter.checked(parameter.default, self.name))

    def _accepted(self, name: str) -> None:
        if name not in self._takes:
            raise Invalid(
                f"its class takes no parameter '{name}'; it takes {', '.join(sorted(self._takes)) or 'none'}."
            )


def _parameters_of(class_: Any) -> set[str]:
    try:
        return set(inspect.signature(class_).parameters)
    except ValueError as error:  # some classes that are written in C tell nothing
        raise Invalid(f"'{class_.__name__}' does not tell which parameters it takes.") from error


def _imported(path: str) -> Any:
    module, colon, name = path.partition(":")
    if not colon or not name.isidentifier():
        raise Invalid(f"'class' is written package.module:Class; it got '{path}'.")
    try:
        found = getattr(import_module(module), name)
    except Exception as error:  # the site's own code may raise anything when it is imported
        raise Invalid(f"'{path}' cannot be imported: {type(error).__name__}: {error}.") from error
    if not inspect.isclass(found):
        raise Invalid(f"'{path}' is no class.")
    return found
