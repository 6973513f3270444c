"""Runs migrations on the connection that `db.migrate` hands over, or on the store of the settings (a developer's)."""

from alembic import context
from sqlalchemy import Connection

from db.migrate import VERSION_TABLE
from db.models import Base
from db.session import engine


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Physical feature tables come and go with their catalogue, never with a version."""
    return kind != "table" or not (name or "").startswith("ft_")


def run(connection: Connection) -> None:
    """Apply what was asked for in one transaction, on SQLite too."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        version_table=VERSION_TABLE,
        transactional_ddl=True,
        include_name=is_ours,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with engine().begin() as own:
        run(own)
