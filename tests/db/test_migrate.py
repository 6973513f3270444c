"""A store is brought to this version once, whole, after a backup, or left exactly as it was."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.orm import Session

from db.migrate import SCRIPTS, VERSION_TABLE, migrate
from db.models import Base, Feedback, Model, ModelParameter, ModelScore, Prediction
from db.models.base import UtcTime
from db.queries.buckets import Span, bucket_series, projects_behind
from db.session import dispose, engine, reading, transaction
from mms.domain.errors import Conflict
from mms.domain.members import Member
from mms.settings import settings
from mms.usecases.buckets import fold_buckets
from tests import rows

NEXT = '''"""The next version."""
import sqlalchemy as sa
from alembic import op
revision = "0005"
down_revision = "0004"
def upgrade() -> None:
    op.add_column("member", sa.Column("shoe_size", sa.Integer()))
'''


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home in which nothing was ever started."""
    monkeypatch.setenv("MMS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MMS_DATABASE_URL", raising=False)
    yield tmp_path / "home"
    dispose()


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """The migrations of a later version."""
    folder = shutil.copytree(SCRIPTS, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "0005_next.py").write_text(NEXT)
    return folder


def columns_of_member() -> set[str]:
    return {column["name"] for column in sa.inspect(engine()).get_columns("member")}


def version() -> str | None:
    with reading() as session:
        return session.scalar(sa.text(f"SELECT version_num FROM {VERSION_TABLE}"))


def test_the_migrations_make_what_the_tables_declare(store: str) -> None:
    with engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})

        differences = compare_metadata(context, Base.metadata)

    assert differences == [], "Migrations and db/models differ. Add a migration that makes what is missing."


def test_on_sqlite_ids_that_are_given_once_are_declared_alike(sqlite_store: str) -> None:
    with reading() as session:
        made = session.scalars(sa.text("SELECT name FROM sqlite_schema WHERE sql LIKE '%AUTOINCREMENT%'")).all()
        whole = session.scalars(sa.text("PRAGMA integrity_check")).all()

    once = {table.name for table in Base.metadata.tables.values() if table.dialect_options["sqlite"]["autoincrement"]}
    assert set(made) == once == {"prediction", "feedback", "label_request", "backtest"}
    assert whole == ["ok"]


def test_a_first_start_makes_the_tables_without_a_backup(home: Path, now: datetime) -> None:
    migration = migrate(settings(), now)

    assert (migration.before, migration.after, migration.backup) == (None, "0004", None)
    assert set(Base.metadata.tables) <= set(sa.inspect(engine()).get_table_names())


def test_a_later_start_changes_nothing(store: str, now: datetime) -> None:
    migration = migrate(settings(), now)

    assert not migration.changed
    assert not settings().backups.exists()


def test_an_old_store_is_backed_up_and_then_changed(
    sqlite_store: str, member: Member, now: datetime, scripts: Path
) -> None:
    migration = migrate(settings(), now, scripts)

    assert (migration.before, migration.after) == ("0004", "0005")
    assert "shoe_size" in columns_of_member()
    assert migration.backup == settings().backups / "mms-20260301T120000Z-0004.db"
    copy = sqlite3.connect(migration.backup)
    assert copy.execute("SELECT name FROM member").fetchall() == [("ada",)]
    assert "shoe_size" not in copy.execute("SELECT sql FROM sqlite_master WHERE name = 'member'").fetchone()[0]
    copy.close()


def test_an_old_store_on_a_server_is_changed_without_a_backup_of_ours(store: str, now: datetime, scripts: Path) -> None:
    migration = migrate(settings(), now, scripts)

    assert (migration.before, migration.after) == ("0004", "0005")
    assert "shoe_size" in columns_of_member()
    assert (migration.backup is None) == store.startswith("postgresql")


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def test_models_of_an_older_store_get_their_parameters_and_the_project_of_their_scores(
    request: pytest.FixtureRequest, home: Path, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch,
    database: str,
) -> None:  # fmt: skip
    if database == "postgresql":
        monkeypatch.setenv("MMS_DATABASE_URL", request.getfixturevalue("empty_postgresql_url"))
    older = shutil.copytree(SCRIPTS, tmp_path / "older", ignore=shutil.ignore_patterns("__pycache__", "000[34]_*"))
    assert migrate(settings(), now, older).after == "0002"
    with transaction() as session:
        rows.a_project(session, now, "first")
        project_id = rows.a_project(session, now)
        first, second = rows.bare_models(session, project_id, now, 2)
        odd = {"C": 1, "tol": 0.5, "shrink": True, "kernel": "rbf", "weight": None}
        session.execute(sa.update(Model).where(Model.id == first).values(hyperparameters=odd))
        session.execute(sa.update(Model).where(Model.id == second).values(hyperparameters={}))
        old = "INSERT INTO model_score (model_id, metric, mean, sd, minimum, maximum) VALUES (:id, 'f1', 0.5, 0, 0, 1)"
        session.execute(sa.text(old), {"id": first})

    migration = migrate(settings(), now)

    assert (migration.before, migration.after) == ("0002", "0004")
    parameter = ModelParameter
    columns = (parameter.model_id, parameter.project_id, parameter.name, parameter.number, parameter.text)
    with reading() as session:
        stored = [tuple(row) for row in session.execute(sa.select(*columns).order_by(parameter.name))]
        scores = session.execute(sa.select(ModelScore.model_id, ModelScore.project_id, ModelScore.mean)).all()
    assert sorted(stored, key=lambda row: row[2]) == [
        (first, project_id, "C", 1.0, None),
        (first, project_id, "kernel", None, "rbf"),
        (first, project_id, "shrink", None, "true"),
        (first, project_id, "tol", 0.5, None),
        (first, project_id, "weight", None, None),
    ]
    assert [tuple(row) for row in scores] == [(first, project_id, 0.5)]


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_answers_of_an_older_store_are_counted_by_the_next_count(
    request: pytest.FixtureRequest, home: Path, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch,
    database: str,
) -> None:  # fmt: skip
    if database == "postgresql":
        monkeypatch.setenv("MMS_DATABASE_URL", request.getfixturevalue("empty_postgresql_url"))
    older = shutil.copytree(SCRIPTS, tmp_path / "older", ignore=shutil.ignore_patterns("__pycache__", "0004_*"))
    assert migrate(settings(), now, older).after == "0003"
    with transaction() as session:
        project_id = rows.a_project(session, now)
        (model_id,) = rows.bare_models(session, project_id, now, 1)
        for number, truth in enumerate(["true", "false", None]):
            row = {
                "project_id": project_id, "model_id": model_id, "scope": "global", "entity": "1", "features": "{}",
                "label": "true", "score": 0.9, "probabilities": "{}", "predicted_at": now, "created_at": now,
                "source": "rest", "truth": truth, "truth_at": truth and now,
            }  # fmt: skip
            _inserted(session, "prediction", row)
            told = {"project_id": project_id, "prediction_id": number + 1, "truth": truth, "known_at": now}
            if truth is not None:
                _inserted(session, "feedback", told | {"recorded_at": now, "recorded_by": "ada"})

    assert migrate(settings(), now).after == "0004"

    with transaction() as session:
        session.execute(sa.delete(Prediction).where(Prediction.id == 3))
        _inserted(session, "prediction", row)
        assert session.scalars(sa.select(Prediction.id).order_by(Prediction.id)).all() == [1, 2, 4]
        assert session.scalars(sa.select(Feedback.prediction_id).order_by(Feedback.id)).all() == [1, 2]
        assert projects_behind(session) == [project_id]
        assert fold_buckets(session, project_id, now) == 5  # three answers, two truths that are in them already
        assert fold_buckets(session, project_id, now) == 0
    with reading() as session:
        (found,) = bucket_series(session, [project_id], "global", Span("hour"))
    cells = found.series.cells
    assert cells is not None
    assert cells[0].tolist() == [[0, 1], [0, 1], [0, 1]]  # false, true, not known yet
    assert found.series.labelled.tolist() == [2]


def _inserted(session: Session, table: str, row: dict[str, object]) -> None:
    """A row of an older version, whose table lacked the columns of today's model."""
    columns = ", ".join(row)
    typed = [sa.bindparam(name, type_=UtcTime()) for name, value in row.items() if isinstance(value, datetime)]
    stmt = sa.text(f"INSERT INTO {table} ({columns}) VALUES ({', '.join(f':{name}' for name in row)})")
    session.execute(stmt.bindparams(*typed), row)


def test_a_migration_that_fails_half_way_changes_nothing(store: str, now: datetime, scripts: Path) -> None:
    broken = scripts / "versions" / "0005_next.py"
    broken.write_text(broken.read_text() + '    raise RuntimeError("half way")\n')

    with pytest.raises(RuntimeError, match="half way"):
        migrate(settings(), now, scripts)

    assert "shoe_size" not in columns_of_member()
    assert version() == "0004"


def test_a_store_of_a_newer_version_is_refused_and_left_alone(store: str, now: datetime, scripts: Path) -> None:
    migrate(settings(), now, scripts)

    with pytest.raises(Conflict, match="of a newer version .* nothing was changed: update the program"):
        migrate(settings(), now)

    assert version() == "0005"
    assert "shoe_size" in columns_of_member()


def test_tables_of_somebody_else_are_refused_and_left_alone(home: Path, now: datetime) -> None:
    with engine().begin() as connection:
        connection.exec_driver_sql("CREATE TABLE member (shoe_size INTEGER)")

    with pytest.raises(Conflict, match="table 'member' that this program did not make"):
        migrate(settings(), now)

    assert columns_of_member() == {"shoe_size"}
    assert sa.inspect(engine()).get_table_names() == ["member"]


START = """
from datetime import UTC, datetime
from db.migrate import migrate
from mms.settings import settings
print(migrate(settings(), datetime.now(UTC)).changed)
"""


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_of_many_that_start_at_once_one_makes_the_tables(
    home: Path, database: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database == "postgresql":
        monkeypatch.setenv("MMS_DATABASE_URL", request.getfixturevalue("empty_postgresql_url"))

    root = Path(__file__).parents[2]
    starts = [
        subprocess.Popen([sys.executable, "-c", START], cwd=root, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    outputs = [start.communicate(timeout=60)[0].strip() for start in starts]

    assert [start.returncode for start in starts] == [0, 0, 0]
    assert sorted(outputs) == ["False", "False", "True"]
