"""Markdown that members write: what may be shown of it."""

import re

_FENCE = re.compile(r" {0,3}(```|~~~)")
_ITEM = r"(?:[ \t]*(?:>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t])))+[ \t]*"
_HEADING = re.compile(rf"( {{0,3}}|{_ITEM})#{{1,6}}(?:[ \t](.*))?")
_UNDERLINE = re.compile(r"( {0,3}|(?:[ \t]*>)+[ \t]*)((?:=+|-+)[ \t]*)")
_PICTURE = re.compile(r"!+\[")
_PICTURE_IN_CODE = re.compile(r"!(?=\[)")

_MARK = re.compile(r"[\\`*\[\]<$~&@]|(?<![^\W_])_|_(?![^\W_])|:(?=[\w/+-])|(?<=www)\.")
"""What a renderer may take for markup within a line; a mark that cannot begin any stays as it is, to be read easily."""

_FIRST = re.compile(r"(\d{0,9})([#>+=.)-])")
"""What makes a line a heading, a quote or an item of a list."""


def as_text(text: str) -> str:
    """Markdown that shows exactly this text on one line: a name or a reason draws no picture and opens no link."""
    line = _MARK.sub(r"\\\g<0>", " ".join(text.split()))
    return _FIRST.sub(r"\1\\\2", line, count=1) if _FIRST.match(line) else line


def safe_markdown(text: str) -> str:
    """The text without what would leave the page or break its outline, for a renderer that shows HTML as text.

    Images become links (drawing one would ask another host), headings become bold lines. Code blocks look as written.
    """
    lines, in_code = [], False
    for line in text.splitlines():
        is_fence = _FENCE.match(line) is not None
        in_code ^= is_fence
        # What we take for code a renderer may not, so no image is left there either: an invisible sign parts its mark.
        lines.append(_PICTURE_IN_CODE.sub("!\u2060", line) if in_code or is_fence else _shown(line))
    return "\n".join(lines)


def _shown(line: str) -> str:
    if heading := _HEADING.fullmatch(line):
        words = _without_end(heading[2] or "")
        line = f"{heading[1].rstrip(' ') and heading[1]}{words and f'**{words}**'}"
    elif underline := _UNDERLINE.fullmatch(line):
        line = f"{underline[1]}\\{underline[2]}" if ">" in underline[1] else f"\n{line}"
    return _PICTURE.sub("[", line)


def _without_end(words: str) -> str:
    """A heading's words without the signs that may close it."""
    words = words.strip()
    before = words.rstrip("#")
    return before.rstrip() if not before or before[-1] in " \t" else words
