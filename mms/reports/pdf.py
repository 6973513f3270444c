"""A paper as PDF: A4, upright, in DejaVu Sans, which comes with matplotlib and knows most alphabets."""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace

from mms.reports.paper import Block, Code, Facts, Figure, Heading, Paper, Prose, Sentence, Table
from mms.reports.prose import Paragraph, ParagraphKind, paragraphs

_INK, _FAINT = (28, 33, 38), (74, 81, 88)
_SIZES = {1: 18, 2: 13, 3: 11}
_TEXT, _SMALL, _CODE = 10, 8.5, 8
_LINE = 1.4
"""Height of a line in sizes of its letters."""

_POINT = 25.4 / 72
"""Millimetres."""

_CELLS = 1000
"""Letters that the cells of one row share: what fits on a page, however wide the letters and narrow the columns are."""

_LEAST = 0.7
"""The narrowest that a column gets, in equal shares of the paper."""

_PADDING = 0.8
"""Millimetres around what a cell says."""

_FACES = {("text", ""): "DejaVuSans", ("text", "B"): "DejaVuSans-Bold", ("code", ""): "DejaVuSansMono"}


def to_pdf(paper: Paper) -> bytes:
    """The whole file; the same paper gives the same bytes."""
    sheet = _Sheet(paper)
    sheet.heading(paper.title, 1)
    for block in paper.blocks:
        sheet.block(block)
    return bytes(sheet.output())


@cache
def _letters() -> Path:
    package = find_spec("matplotlib")
    if package is None or package.origin is None:
        raise RuntimeError("matplotlib brings the letters of every PDF, and it is not installed.")
    return Path(package.origin).parent / "mpl-data" / "fonts" / "ttf"


def _printable(text: str) -> str:
    """Without what has no shape (control characters), which a font would print as empty boxes."""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\u00a0")


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


class _Sheet(FPDF):
    """The pages of one paper."""

    def __init__(self, paper: Paper) -> None:
        super().__init__(format="A4")
        self.paper = paper
        for (family, style), name in _FACES.items():
            self.add_font(family, style, _letters() / f"{name}.ttf")
        self.set_margins(18, 18, 18)
        self.set_auto_page_break(True, margin=18)
        self.set_title(paper.title)
        self.set_lang("en")
        self.set_creation_date(paper.made_at)
        self.add_page()

    def footer(self) -> None:
        """When it was made, and the page: fpdf2 calls this at the end of each."""
        self.set_y(-14)
        self._ink(_SMALL, faint=True)
        self.cell(self.epw, 5, f"{self.paper.foot} · page {self.page_no()}", align="R")

    def block(self, block: Block) -> None:
        """Set one block below the last."""
        match block:
            case Heading(text, level):
                self.heading(text, level)
            case Sentence(text):
                self._text(text)
            case Facts(rows):
                self._table(rows, (1, 3))
            case Table(header, rows, caption):
                self._text(caption, faint=True)
                self._table((header, *rows), None)
            case Figure(svg, alt):
                self._figure(svg, alt)
            case Prose(text):
                for paragraph in paragraphs(text):
                    self._paragraph(paragraph)
            case Code(text):
                self._code(text)

    def heading(self, text: str, level: int) -> None:
        """A heading, never alone at the foot of a page; readers of the PDF jump to it."""
        if self.will_page_break(25):
            self.add_page()
        self.ln(0 if level == 1 else 3)
        self._ink(_SIZES[level], style="B")
        self._cell(text, _SIZES[level])

    def _ink(self, size: float, *, style: str = "", family: str = "text", faint: bool = False) -> None:
        self.set_font(family, style, size)
        self.set_text_color(*(_FAINT if faint else _INK))

    def _cell(self, text: str, size: float, indent: float = 0.0) -> None:
        self.set_x(self.l_margin + indent)
        height = size * _POINT * _LINE
        self.multi_cell(self.epw - indent, height, _printable(text), align="L", new_x="LMARGIN", new_y="NEXT")
        self.ln(1.2)

    def _text(self, text: str, *, faint: bool = False) -> None:
        self._ink(_SMALL if faint else _TEXT, faint=faint)
        self._cell(text, _SMALL if faint else _TEXT)

    def _code(self, text: str) -> None:
        self._ink(_CODE, family="code")
        self._cell(text, _CODE)

    def _paragraph(self, paragraph: Paragraph) -> None:
        if paragraph.kind is ParagraphKind.CODE:
            self._code(paragraph.text)
            return
        is_heading = paragraph.kind is ParagraphKind.HEADING
        mark = "• " if paragraph.kind is ParagraphKind.ITEM else ""
        self._ink(_TEXT, style="B" if is_heading else "")
        self._cell(mark + paragraph.text, _TEXT, indent=5.0 * min(paragraph.depth, 6))

    def _table(self, rows: Sequence[Sequence[str]], widths: tuple[int, ...] | None) -> None:
        """Rows of cells; with `widths` a list of facts, whose first row is no header."""
        if not rows:
            return
        self._ink(_SMALL)
        most = _CELLS // (len(rows[0]) if widths is None else 1)
        rows = [[_shortened(_printable(cell), most) for cell in row] for row in rows]
        with self.table(
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            col_widths=widths or self._widths(rows),
            first_row_as_headings=widths is None,
            headings_style=FontFace(emphasis="BOLD", color=_INK),
            line_height=_SMALL * _POINT * _LINE,
            padding=_PADDING,
            text_align="LEFT",
            v_align="TOP",
        ) as table:
            for row in rows:
                line = table.row()
                for cell in row:
                    line.cell(cell)
        self.ln(2)

    def _widths(self, rows: Sequence[Sequence[str]]) -> tuple[float, ...]:
        """Of the columns, in millimetres: room for the longest word of each, the rest by what each has to say."""
        share = self.epw / len(rows[0])
        with self.local_context(font_style="B"):  # as the headings are set, which is wider
            words = [max(map(self._set_in, " ".join(cells).split()), default=0.0) for cells in zip(*rows, strict=True)]
            texts = [max(map(self._set_in, cells)) for cells in zip(*rows, strict=True)]
        least = [min(max(word, _LEAST * share), share) for word in words]
        wanted = [max(min(text, 3 * share) - base, 0.0) + 1e-6 for text, base in zip(texts, least, strict=True)]
        spare = (self.epw - sum(least)) / sum(wanted)
        return tuple(base + spare * more for base, more in zip(least, wanted, strict=True))

    def _set_in(self, text: str) -> float:
        return self.get_string_width(text) + 2 * _PADDING + 2 * self.c_margin

    def _figure(self, svg: str, alt: str) -> None:
        self.image(BytesIO(svg.encode()), w=self.epw * 0.8, alt_text=alt)
        self.ln(1)
        self._text(alt, faint=True)
