"""How errors went from version to version, in words."""

import pytest

from mms.domain.versions import VersionErrors, VersionHistory, fewest, history_words


def version(number: int, wrongly: int, missed: int) -> VersionErrors:
    return VersionErrors(number, number, f"v{number} tree", wrongly, missed)


def history(*versions: VersionErrors, rows: int = 1200) -> VersionHistory:
    return VersionHistory("late", rows, 300, versions)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (
            history(version(1, 80, 20), version(5, 30, 31), version(9, 40, 25)),
            "From v1 to v9, on the same 1,200 rows, 300 of them late, false positives fell from 80 to 40 and false "
            "negatives rose from 20 to 25; v5 tree has the fewest errors, 61.",
        ),
        (
            history(version(1, 8, 2), version(2, 8, 2)),
            "From v1 to v2, on the same 1,200 rows, 300 of them late, false positives stayed at 8 and false negatives "
            "stayed at 2; v1 tree has the fewest errors, 10.",
        ),
        (
            history(version(4, 8, 2)),
            "v4 tree is the only version here: 8 false positives and 2 false negatives on the same 1,200 rows, 300 of "
            "them late.",
        ),
        (
            history(version(1, 0, 0), version(2, 0, 0), rows=0),
            "These versions share no row that was predicted out of fold: choose the versions of one snapshot.",
        ),
    ],
)
def test_errors_are_told_from_the_first_version_to_the_last(told: VersionHistory, words: str) -> None:
    assert history_words(told) == words


def test_of_equals_the_oldest_has_the_fewest() -> None:
    assert fewest([version(2, 1, 1), version(1, 2, 0)]).version == 1
