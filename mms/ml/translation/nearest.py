"""What comes nearest to a class that has no counterpart."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from mms.ml.translation.described import Described


def nearest(given: Described, known: Sequence[tuple[type, str]], noun: str = "step") -> str:
    """A sentence that names the nearest of the known classes' counterparts.

    known: (class, words). A class of the same part of its library (sklearn.preprocessing ...) comes before others; then
    the one whose name resembles it most.
    """
    if not known:
        return ""

    def likeness(one: tuple[type, str]) -> tuple[bool, float]:
        original = one[0]
        same_part = original.__module__.split(".")[:2] == given.path.split(".")[:2]
        return same_part, SequenceMatcher(None, original.__qualname__, given.name).ratio()

    return f"The nearest vetted {noun} is {max(known, key=likeness)[1]}."
