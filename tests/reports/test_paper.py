from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mms.reports.html import POLICY, to_html
from mms.reports.paper import MOST_COLUMNS, Block, Code, Facts, Figure, Heading, Paper, Prose, Sentence, Table
from mms.reports.pdf import to_pdf
from mms.reports.prose import Paragraph, ParagraphKind, paragraphs, prose_html

NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
SCRIPT = "<script>alert(1)</script>"
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="9" fill="#07a"/></svg>'


def of(*blocks: Block, title: str = "Flights") -> Paper:
    return Paper(title, blocks, NOW)


@pytest.mark.parametrize(
    "block",
    [
        Heading(SCRIPT),
        Sentence(SCRIPT),
        Facts(((SCRIPT, SCRIPT),)),
        Table((SCRIPT,), ((SCRIPT,),), SCRIPT),
        Figure(DRAWING.replace("<rect", f"{SCRIPT}<rect"), SCRIPT),
        Prose(SCRIPT),
        Code(SCRIPT),
    ],
)
def test_no_block_lets_a_script_through(block: Block) -> None:
    page = to_html(of(block, title=SCRIPT))

    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_file_asks_nothing_of_any_host_and_says_when_it_was_made() -> None:
    page = to_html(of(Figure(DRAWING, "late flights fall"), Prose("![pixel](https://example.org/pixel.png)")))

    assert "default-src &#x27;none&#x27;" in page
    assert "script" not in POLICY
    assert page.count(" src=") == page.count('src="data:image/svg+xml;base64,') == 1
    assert 'alt="late flights fall"' in page
    assert "Made 2026-03-04 05:06 UTC" in page


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**so**", "<p><strong>so</strong></p>"),
        ("[docs](https://example.org)", '<p><a href="https://example.org" rel="noopener noreferrer">docs</a></p>'),
        ("[run](javascript:alert(1))", "<p>[run](javascript:alert(1))</p>"),
        ("[run](JaVaScRiPt:alert(1))", "<p>[run](JaVaScRiPt:alert(1))</p>"),
        ("[data](data:text/html,x)", "<p>[data](data:text/html,x)</p>"),
        ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>"),
    ],
)
def test_markdown_keeps_its_form_and_only_safe_links(text: str, html: str) -> None:
    assert prose_html(text).strip() == html


def test_headings_of_a_text_are_no_headings_of_the_paper() -> None:
    html = prose_html("# Big *one*\n\nplain\n\n> - ## small\n\nunder\n=====\n")

    assert "<h" not in html
    assert html.count('<p class="head">') == 3
    assert '<p class="head">Big <em>one</em></p>' in html


def test_paper_shows_the_address_of_a_link_and_the_depth_of_a_list() -> None:
    found = paragraphs("# Why\n\nsee [here](https://example.org)\n\n- one\n  - two\n\n```\nx = 1\n```")

    assert found == [
        Paragraph(ParagraphKind.HEADING, "Why"),
        Paragraph(ParagraphKind.TEXT, "see here (https://example.org)"),
        Paragraph(ParagraphKind.ITEM, "one", 1),
        Paragraph(ParagraphKind.ITEM, "two", 2),
        Paragraph(ParagraphKind.CODE, "x = 1"),
    ]


@pytest.mark.slow
def test_the_pdf_of_a_paper_is_the_same_bytes_each_time_and_runs_over_pages() -> None:
    wide = Table(tuple("abcdefghijkl"), (("a long word " * 200,) * MOST_COLUMNS,) * 3, "wide and long")
    paper = of(
        Heading("Scores"),
        Sentence("±½≥ – привет"),
        Facts((("recipe", "x" * 5000), ("owner", SCRIPT))),
        wide,
        Figure(DRAWING, "late flights fall"),
        Prose("- one\n\n> two\n\n`three`"),
        Code("curl -s http://127.0.0.1"),
        Table(("model",), (), "no rows"),
        Facts(()),
    )

    made = to_pdf(paper)

    assert made.startswith(b"%PDF-")
    assert made == to_pdf(paper)
    assert made.count(b"/Type /Page\n") == 2


def test_a_pdf_cuts_no_sentence_of_a_wide_table() -> None:
    """Papers that differ in the last word of a cell differ."""
    waits = "size, on 31 December 2013, which waits for 4,000 rows, and {} others"

    two, three = (to_pdf(of(Table(("state",) * 8, ((waits.format(n),) * 8,), "wide"))) for n in ("two", "three"))

    assert two != three


@pytest.mark.slow
def test_a_pdf_gives_the_column_with_most_to_say_most_room() -> None:
    done = ("2026-11-22 03:16", "root", "asked to promote v4 boosting: “it is the best”")

    made = to_pdf(of(Table(("When (UTC)", "Who", "What"), (done,) * 36, "one line each")))

    assert made.count(b"/Type /Page\n") == 1


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_text_can_be_printed(text: str) -> None:
    paper = of(Heading(text), Facts(((text, text),)), Table((text,) * 5, ((text,) * 5,), text), Prose(text), Code(text))

    assert to_pdf(paper).startswith(b"%PDF-")
    assert to_html(paper).startswith("<!doctype html>")


@pytest.mark.parametrize("header", [(), ("x",) * (MOST_COLUMNS + 1)])
def test_a_table_that_no_page_can_hold_is_a_mistake_of_ours(header: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="1 to 12 columns"):
        Table(header, (), "too wide")
