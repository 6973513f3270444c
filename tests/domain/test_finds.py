"""The search box: what a text may name, and where in a text it stands."""

import pytest

from mms.domain.errors import Invalid
from mms.domain.finds import FindKind, around, checked_text, number_in


@pytest.mark.parametrize(
    ("text", "model", "run", "snapshot"),
    [
        ("12", 12, 12, 12),
        ("v12", 12, None, None),
        ("V 12", 12, None, None),
        ("model 12", 12, None, None),
        ("run 12", None, 12, None),
        ("run #12", None, 12, None),
        ("snapshot 12", None, None, 12),
        ("v12 boosting", None, None, None),
        ("12345678901", None, None, None),
    ],
)
def test_a_number_names_what_bears_it(text: str, model: int | None, run: int | None, snapshot: int | None) -> None:
    named = [number_in(text, kind) for kind in (FindKind.MODEL, FindKind.RUN, FindKind.SNAPSHOT)]

    assert named == [model, run, snapshot]


def test_nothing_and_too_much_are_not_looked_for() -> None:
    assert checked_text("  late \n flights ") == "late flights"
    for text, told in (("  ", "Nothing is looked for"), ("x" * 201, "at most 200"), ("a\0", "printable")):
        with pytest.raises(Invalid, match=told):
            checked_text(text)


def test_words_are_shown_where_they_stand() -> None:
    text = "a " * 100 + "Needle" + " b" * 100

    piece = around(text, "needle")

    assert "Needle" in piece
    assert piece.startswith("…")
    assert piece.endswith("…")
    assert around("short", "else") == "short"
