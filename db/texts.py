"""Texts looked for in columns, in capitals or not."""

from typing import Any

import sqlalchemy as sa


def holds(column: Any, text: str) -> sa.ColumnElement[bool]:
    """Whether a column's text has this in it, in capitals or not.

    SQLite folds the letters of English only: of a text with others it is also looked for as people write it, small, in
    capitals, and with its first letter or those of all words great.
    """
    ways = [text] if text.isascii() else [text, text.lower(), text.upper(), text.capitalize(), text.title()]
    return sa.or_(*(column.icontains(way, autoescape=True) for way in dict.fromkeys(ways)))
