"""A paper: a title and blocks, which `to_html` and `to_pdf` set alike. Every text is plain text but that of `Prose`."""

from dataclasses import dataclass
from datetime import datetime

MOST_COLUMNS = 12
"""What an upright page can hold and a reader can read."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of what follows. level: 2 under the paper's title, 3 under that."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Sentence:
    """One paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with what is so: ('Snapshot', 'snapshot 3 (a1b2c3)')."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as text, at most `MOST_COLUMNS` a row. caption: what it shows."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str

    def __post_init__(self) -> None:
        if not 0 < len(self.header) <= MOST_COLUMNS or any(len(row) != len(self.header) for row in self.rows):
            raise ValueError(f"A table on paper has 1 to {MOST_COLUMNS} columns in every row.")


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing of ours for a white ground. alt: its finding in one sentence, printed below it."""

    svg: str
    alt: str


@dataclass(frozen=True, slots=True)
class Prose:
    """Markdown that people wrote (see mms.reports.prose)."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Text to copy, line by line as it is."""

    text: str


Block = Heading | Sentence | Facts | Table | Figure | Prose | Code


@dataclass(frozen=True, slots=True)
class Paper:
    """What is printed. made_at: UTC; it stands at the foot, so that nobody takes an old print for today's facts."""

    title: str
    blocks: tuple[Block, ...]
    made_at: datetime

    @property
    def foot(self) -> str:
        """When it was made, in words."""
        return f"Made {self.made_at:%Y-%m-%d %H:%M} UTC by MMS"
