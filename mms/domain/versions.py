"""Versions: how the errors of a project's models went, in the order in which they were made."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VersionErrors:
    """The errors of one model on the rows that all versions share, for one class against the rest."""

    model_id: int
    version: int
    name: str
    false_positives: int
    false_negatives: int

    @property
    def errors(self) -> int:
        """Both kinds together."""
        return self.false_positives + self.false_negatives


@dataclass(frozen=True, slots=True)
class VersionHistory:
    """Models in the order of their versions, counted on the same rows.

    rows, positives: how many rows they share, and how many of these are of the class. older: versions that are left
    out, as only the newest are counted.
    """

    class_name: str
    rows: int
    positives: int
    versions: tuple[VersionErrors, ...]
    older: int = 0


def history_words(history: VersionHistory) -> str:
    """How both kinds of errors went from the first version to the last, and which version has the fewest."""
    versions = history.versions
    if not versions or not history.rows:
        return "These versions share no row that was predicted out of fold: choose the versions of one snapshot."
    on = f"on the same {history.rows:,} rows, {history.positives:,} of them {history.class_name}"
    if len(versions) == 1:
        only = versions[0]
        return (
            f"{only.name} is the only version here: {only.false_positives:,} false positives and "
            f"{only.false_negatives:,} false negatives {on}."
        )
    first, last, best = versions[0], versions[-1], fewest(versions)
    return (
        f"From v{first.version} to v{last.version}, {on}, false positives "
        f"{_went(first.false_positives, last.false_positives)} and false negatives "
        f"{_went(first.false_negatives, last.false_negatives)}; {best.name} has the fewest errors, {best.errors:,}."
    )


def fewest(versions: Sequence[VersionErrors]) -> VersionErrors:
    """The one with the fewest errors, the oldest of equals."""
    return min(versions, key=lambda one: (one.errors, one.version))


def _went(before: int, after: int) -> str:
    if before == after:
        return f"stayed at {after:,}"
    return f"{'rose' if after > before else 'fell'} from {before:,} to {after:,}"
