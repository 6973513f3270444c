"""The store: brought to this version."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from datetime import UTC, datetime

from db.migrate import migrate
from mms.cli.console import Output, verb
from mms.settings import settings


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verb migrate."""
    verb(verbs, "migrate", "bring the store to this version, after a backup of it", _migrate)


def _migrate(_args: Namespace) -> Output:
    where = settings()
    done = migrate(where, datetime.now(UTC))
    lines = [f"The store is up to date (revision {done.after}). Its data lies in {where.home}."]
    if done.backup:
        lines.append(f"A copy of the store before the change is in {done.backup}.")
    return Output({"migration": done, "home": where.home}, lines)
