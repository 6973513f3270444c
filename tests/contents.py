"""What a store holds, counted: to see that a refusal changed nothing."""

import sqlalchemy as sa

from db.session import engine


def contents() -> dict[str, int]:
    """Rows of every table, those that hold features included."""
    with engine().connect() as connection:
        names = sa.inspect(connection).get_table_names()
        counted = {name: sa.select(sa.func.count()).select_from(sa.table(name)) for name in names}
        return {name: connection.execute(stmt).scalar_one() for name, stmt in counted.items()}


def is_one_sentence(text: str) -> bool:
    """Whether a refusal reads as one line that begins and ends as a sentence does."""
    return text.endswith(".") and "\n" not in text and text[:1] not in "abcdefghijklmnopqrstuvwxyz" and len(text) < 400
