"""What every verb shares: who acts and when, one output, logs on stderr."""

import json
import logging
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mms.domain.errors import Invalid
from mms.domain.members import Member
from mms.domain.plain import plain


@dataclass(frozen=True, slots=True)
class Output:
    """What a verb answers. document: the one JSON object of --json; lines: for people."""

    document: Mapping[str, Any]
    lines: Sequence[str]


Run = Callable[[Namespace], Output | None]
"""The code of a verb; None says nothing. It raises MmsError to refuse."""


def verb(verbs: "_SubParsersAction[ArgumentParser]", name: str, words: str, run: Run) -> ArgumentParser:
    """Add a verb with its one line of help."""
    parser = verbs.add_parser(name, help=words, description=words)
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of text")
    parser.set_defaults(do=run, verb=name)
    return parser


def group(verbs: "_SubParsersAction[ArgumentParser]", name: str, words: str) -> "_SubParsersAction[ArgumentParser]":
    """Add a noun that has verbs of its own."""
    parser = verbs.add_parser(name, help=words, description=words)
    return parser.add_subparsers(title="verbs", metavar="VERB", required=True)


def acting() -> tuple[Member, datetime]:
    """The local administrator, and the real time. The store must be there."""
    from db.session import transaction
    from mms.usecases.members import ensure_local_admin

    now = datetime.now(UTC)
    with transaction() as session:
        return ensure_local_admin(session, now), now


def table(rows: Sequence[Mapping[str, Any]], empty: str) -> list[str]:
    """Records as aligned columns, or the sentence that says that there are none."""
    if not rows:
        return [empty]
    names = list(rows[0])
    cells = [[str(plain(row[name])) if row[name] is not None else "" for name in names] for row in rows]
    widths = [max(len(line[i]) for line in [names, *cells]) for i in range(len(names))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in [names, *cells]]  # fmt: skip


def show(output: Output, *, as_json: bool) -> None:
    """The answer on stdout."""
    if as_json:
        print(json.dumps(plain(output.document), ensure_ascii=False))
    else:
        print("\n".join(output.lines))


def say(sentence: str) -> None:
    """Something on the way, on stderr."""
    print(sentence, file=sys.stderr, flush=True)


def log_to_stderr() -> None:
    """Warnings of a verb go to stderr; stdout holds the answer only."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)


def read_json(text: str | None, file: Path | None, noun: str) -> Any:
    """JSON from an argument, a file, or standard input ('-'); Invalid when it is none."""
    if (text is None) == (file is None):
        raise Invalid(f"Give the {noun} as JSON, or with --file, and not both.")
    if file is not None:
        text = read_text(file)
    assert text is not None
    try:
        return json.loads(sys.stdin.read() if text == "-" else text)
    except json.JSONDecodeError as error:
        raise Invalid(f"This is no JSON: {error.msg} in line {error.lineno}, column {error.colno}.") from error


def read_text(file: Path) -> str:
    """A small text file; Invalid when it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"'{file}' cannot be read as UTF-8 text: check the name and the file.") from error


def pairs(given: Sequence[str], noun: str) -> dict[str, str]:
    """NAME=VALUE arguments as a dictionary."""
    found: dict[str, str] = {}
    for item in given:
        name, sign, value = item.partition("=")
        if not (name and sign):
            raise Invalid(f"'{item}' is no {noun}: write NAME=VALUE.")
        found[name] = value
    return found


def moment(text: str) -> datetime:
    """An ISO time; without an offset it is UTC."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"'{text}' is no time: write it like 2026-03-01T12:00:00Z.") from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
