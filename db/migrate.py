"""Brings the store to this version: at every start, once whoever starts with us, after a backup, or not at all."""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from db.models import Base
from db.session import engine, translated
from mms.domain.errors import Conflict
from mms.settings import Settings

VERSION_TABLE = "mms_version"
"""Alembic's table, under a name of our own: the database may be shared."""

SCRIPTS = Path(__file__).parent / "migrations"
"""The folder of the migrations."""

_LOCK = 0x6D6D73
"""Key of PostgreSQL's advisory lock."""


@dataclass(frozen=True, slots=True)
class Migration:
    """What was done. before: the revision found (None: an empty store). backup: the copy taken before a change."""

    before: str | None
    after: str
    backup: Path | None

    @property
    def changed(self) -> bool:
        """Whether anything was applied."""
        return self.before != self.after


def migrate(settings: Settings, now: datetime, scripts: Path = SCRIPTS) -> Migration:
    """Apply what is missing, in one transaction, while others who start wait.

    Raises Conflict, and changes nothing, when the store is from a newer version or its tables are somebody else's.
    """
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    with _alone(settings), translated(), engine(settings.database_url).begin() as connection:
        if not settings.is_embedded:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        before = _found(connection, known)
        if before == known[0]:
            return Migration(before, before, None)
        backup = _backed_up(settings, before, now) if settings.is_embedded and before else None
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return Migration(before, known[0], backup)


def _found(connection: sa.Connection, known: list[str]) -> str | None:
    found = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()
    if found is None:
        taken = sorted(set(sa.inspect(connection).get_table_names()) & set(Base.metadata.tables))
        if taken:
            raise Conflict(
                f"The database already holds a table '{taken[0]}' that this program did not make, and nothing was "
                "changed: set MMS_DATABASE_URL to a database, or MMS_HOME to a folder, of its own."
            )
    elif found not in known:
        raise Conflict(
            f"The store is of a newer version (revision {found}) than this program (revision {known[0]}), and nothing "
            "was changed: update the program, or set MMS_HOME or MMS_DATABASE_URL to another store."
        )
    return found


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the lock beside an embedded store; a server has its own."""
    if not settings.is_embedded:
        yield
        return
    path = _file(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.migrate.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _backed_up(settings: Settings, before: str, now: datetime) -> Path:
    """Copy what is committed. The copy gets its name when it is whole."""
    settings.backups.mkdir(parents=True, exist_ok=True)
    path = settings.backups / f"{_file(settings).stem}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{before}.db"
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(_file(settings))) as source, closing(sqlite3.connect(part)) as copy:
        source.backup(copy)
    return part.replace(path)


def _file(settings: Settings) -> Path:
    return Path(sa.make_url(settings.database_url).database or "mms.db")
