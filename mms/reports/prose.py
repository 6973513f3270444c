"""Markdown that people wrote, made safe: no HTML of theirs, no link but http, https and mailto, no picture from
anywhere (a picture would send its host word of every reader).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

SAFE_LINKS = ("http://", "https://", "mailto:")


class ParagraphKind(StrEnum):
    """How a paragraph is set."""

    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph without markup; depth: how many lists or quotes it stands in."""

    kind: ParagraphKind
    text: str
    depth: int = 0


def prose_html(text: str) -> str:
    """Markdown as HTML; what is HTML in it comes out as the text that it is. Headings become paragraphs of the class
    head: those of the paper keep their order.
    """
    parser, env = _parser(), dict[str, Any]()
    tokens = parser.parse(text, env)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "p"
        if token.type == "heading_open":
            token.attrSet("class", "head")
    return str(parser.renderer.render(tokens, parser.options, env))


def paragraphs(text: str) -> list[Paragraph]:
    """The same Markdown as plain paragraphs, for paper: a link shows its address."""
    found: list[Paragraph] = []
    depth, kind = 0, ParagraphKind.TEXT
    for token in _parser().parse(text):
        if token.type in ("bullet_list_open", "ordered_list_open", "blockquote_open"):
            depth += 1
        elif token.type in ("bullet_list_close", "ordered_list_close", "blockquote_close"):
            depth -= 1
        elif token.type == "heading_open":
            kind = ParagraphKind.HEADING
        elif token.type == "list_item_open":
            kind = ParagraphKind.ITEM
        elif token.type == "inline":
            found.append(Paragraph(kind, _told(token.children or []), depth))
            kind = ParagraphKind.TEXT
        elif token.type in ("fence", "code_block"):
            found.append(Paragraph(ParagraphKind.CODE, token.content.rstrip("\n"), depth))
    return [paragraph for paragraph in found if paragraph.text]


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")
    parser.validateLink = lambda url: url.strip().lower().startswith(SAFE_LINKS)  # type: ignore[method-assign]
    parser.add_render_rule("link_open", _link)
    return parser


def _link(renderer: Any, tokens: list[Token], index: int, options: Any, env: Any) -> str:
    """A link that tells its target nothing of where the reader came from."""
    tokens[index].attrSet("rel", "noopener noreferrer")
    return str(renderer.renderToken(tokens, index, options, env))


def _told(tokens: list[Token]) -> str:
    parts: list[str] = []
    address = ""
    for token in tokens:
        if token.type == "link_open":
            address = str(token.attrGet("href") or "")
        elif token.type == "link_close":
            parts.append(f" ({address})" if address not in "".join(parts) else "")
        elif token.type in ("softbreak", "hardbreak"):
            parts.append("\n" if token.type == "hardbreak" else " ")
        else:
            parts.append(token.content)
    return "".join(parts)
