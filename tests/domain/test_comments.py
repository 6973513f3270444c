"""Comments: what may be said, and what of it is shown."""

from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mms.domain.comments import checked_comment, require_author
from mms.domain.errors import Forbidden, Invalid
from mms.domain.markdown import as_text, safe_markdown
from mms.domain.members import PRODUCT


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "at least one word"), (" \n ", "at least one word"), ("x" * 4001, "4,001"), ("a\0b", "null character")],
)
def test_a_comment_says_something_and_not_too_much(text: str, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        checked_comment(text)

    assert checked_comment("  fine ") == "fine"


def test_only_its_author_changes_a_comment() -> None:
    require_author(PRODUCT, "mms", "edit")

    with pytest.raises(Forbidden, match="may edit it"):
        require_author(PRODUCT, "ada", "edit")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("plain *words*", "plain *words*"),
        ("![cat](https://elsewhere.example/cat.png)", "[cat](https://elsewhere.example/cat.png)"),
        ("a ![x][y]", "a [x][y]"),
        ("# Loud ##", "**Loud**"),
        ("###### ", ""),
        ("Title\n===", "Title\n\n==="),
        ("Title\n---", "Title\n\n---"),
        ("#hash is no heading", "#hash is no heading"),
        ("#", ""),
        ("> # Loud", "> **Loud**"),
        ("- 1. ## C#", "- 1. **C#**"),
        ("> Title\n> ===", "> Title\n> \\==="),
        ("!!![x](y)", "[x](y)"),
        ("```\n# code\nvec![x]\n```\n# out", "```\n# code\nvec!\u2060[x]\n```\n**out**"),
    ],
)
def test_what_would_leave_the_page_or_break_its_outline_is_not_shown(written: str, shown: str) -> None:
    assert safe_markdown(written) == shown


PARTS = ("!", "[x](http://e.example/x.png)", "[x][y]", "[y]: http://e.example", "\n", "\n\n", "```", "~~~", "````", "`",
         "- ", "> ", "    ", " ", "\\", "a", "# ")  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=14).map("".join))
@example("!![x](http://e.example/x.png)")
@example("~~~\n```\n~~~\n![x](http://e.example/x.png)")
@example("- ```\n  ```\n![x](http://e.example/x.png)")
def test_no_text_draws_a_picture_from_elsewhere(written: str) -> None:
    shown = MarkdownIt("commonmark").parse(safe_markdown(written))

    assert not [inner for token in shown for inner in token.children or () if inner.type == "image"]


@pytest.mark.parametrize(
    "written", ["#", "> # h", "- # h", "2) # h #", "> > ###### h", "> h\n> ---", "h\n=", "- a\n  ==="]
)
def test_no_text_makes_a_heading_of_the_page(written: str) -> None:
    assert any(token.type == "heading_open" for token in MarkdownIt("commonmark").parse(written))

    assert not any(token.type == "heading_open" for token in MarkdownIt("commonmark").parse(safe_markdown(written)))


SIGNS = ("a", "b1", " ", "_", "*", "**", "`", "~~", "$", "[", "](", ")", "!", "<b>", "&amp;", "&", "#", "-", "+", ">",
         "1.", "2)", ".", ":red", ":", "http://", "\\", "|", "=", "---", "\n", "é", "€")  # fmt: skip


@given(st.lists(st.sampled_from(SIGNS), min_size=1, max_size=12).map("".join))
@example("![x](http://e.example/x.png) <img src=y> **b** :red[z]\n# loud")
@example("12. of ___ and snake_case_ 5 * 3")
def test_a_name_or_a_reason_is_shown_as_it_is(written: str) -> None:
    line = " ".join(written.split())

    shown = MarkdownIt("commonmark").enable("strikethrough").render(as_text(written))

    assert unescape(shown) == (f"<p>{line}</p>\n" if line else "")


@pytest.mark.parametrize("sentence", ["There is no model 99: choose one (in the table).", "dep_delay is -3.5 & more"])
def test_what_cannot_be_taken_for_marks_stays_readable(sentence: str) -> None:
    assert as_text(sentence) == sentence.replace("&", "\\&")


@pytest.mark.parametrize(
    "words", [":red[z]", ":material/home:", "$a$", ":smile:", "http://e.example", "www.e.example", "a@e.example"]
)
def test_what_streamlit_adds_to_markdown_is_shown_as_it_is(words: str) -> None:
    assert as_text(words).replace("\\", "") == words
    assert "\\" in as_text(words)
