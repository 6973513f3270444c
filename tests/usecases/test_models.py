"""Models are changed with care, and only what this site signed is ever unpickled."""

import pickle
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from db import models as tables
from db.blobs import put_bytes
from db.queries.models import get_model
from db.session import reading, transaction
from mms.domain.errors import Conflict, Forbidden, Invalid, NotFound
from mms.domain.members import Member
from mms.domain.models import ModelState
from mms.domain.runs import Launch
from mms.usecases import models as usecase
from mms.usecases.models import archive_models, describe_model, load_model, restore_models, set_threshold
from mms.usecases.runs import launch_run
from tests.trained import a_project, a_snapshot, triple_of, work_off


@pytest.fixture
def model_id(member: Member, tmp_path: Path, now: datetime) -> int:
    """The logistic regression of a finished run."""
    project = a_project(member, tmp_path, now)
    snapshot = a_snapshot(member, project, now)
    with transaction() as session:
        launch_run(session, member, Launch(snapshot.id, (triple_of(project, snapshot, "logistic"),)), now)
    work_off(now)
    with reading() as session:
        return session.scalars(sa.select(tables.Model.id).where(tables.Model.algorithm == "logistic")).one()


def test_a_model_is_described_archived_and_brought_back(
    sqlite_store: str, member: Member, model_id: int, now: datetime
) -> None:
    with transaction() as session:
        describe_model(session, member, model_id, " the first that works ", now)
        hidden = archive_models(session, member, [model_id], now)
        again = archive_models(session, member, [model_id], now)
    with reading() as session:
        model = get_model(session, model_id)
    with transaction() as session:
        shown = restore_models(session, member, [model_id], now)

    assert (hidden, again, shown) == (1, 0, 1)
    assert model.description == "the first that works"
    assert model.ranked.archived_at == now


def test_a_champion_is_neither_archived_nor_given_another_threshold(
    sqlite_store: str, member: Member, model_id: int, now: datetime
) -> None:
    with transaction() as session:
        session.get_one(tables.Model, model_id).state = ModelState.CHAMPION.value

    with pytest.raises(Conflict, match="sits as champion"), transaction() as session:
        archive_models(session, member, [model_id], now)
    with pytest.raises(Conflict, match="change silently"), transaction() as session:
        set_threshold(session, member, model_id, 0.3, now)


def test_a_threshold_is_a_probability(sqlite_store: str, member: Member, model_id: int, now: datetime) -> None:
    with transaction() as session:
        set_threshold(session, member, model_id, 0.3, now)

    with pytest.raises(Invalid, match="from 0 to 1"), transaction() as session:
        set_threshold(session, member, model_id, 1.5, now)
    with pytest.raises(NotFound), transaction() as session:
        set_threshold(session, member, 99, 0.5, now)
    with pytest.raises(Forbidden), transaction() as session:
        set_threshold(session, Member(9, "eve", "Eve"), model_id, 0.5, now)

    with reading() as session:
        assert get_model(session, model_id).threshold == 0.3


class Trap:
    """What runs as soon as it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (Path.touch, (self.path,))


def test_an_artifact_that_was_not_signed_here_is_never_unpickled(
    sqlite_store: str, model_id: int, now: datetime, tmp_path: Path
) -> None:
    usecase._pipelines.clear()
    sprung = tmp_path / "sprung"
    with transaction() as session:
        trap = put_bytes(session, pickle.dumps(Trap(sprung)), now)
        session.execute(sa.update(tables.Artifact).values(sha256=trap))

    with pytest.raises(Conflict, match="not signed with this site's key"), reading() as session:
        load_model(session, model_id)

    assert not sprung.exists()


def test_a_loaded_pipeline_stays_in_memory(sqlite_store: str, model_id: int) -> None:
    with reading() as session:
        assert load_model(session, model_id)[1] is load_model(session, model_id)[1]
