"""Which models wait until somebody learns what to expect of them."""

from datetime import datetime

import pytest
import sqlalchemy as sa

from db.models import Model, ModelReference, Project
from db.queries.estimates import CALIBRATION, ERROR_MODEL, ERRORS, models_to_learn
from db.session import reading, transaction
from mms.domain.projects import Task
from mms.usecases.buckets import fold_buckets
from tests.answered import a_watched_model, put


@pytest.mark.parametrize(
    ("answered", "learnt", "deleted", "waits"),
    [
        (False, [], None, False),
        (True, [], None, True),
        (True, ["features", ERROR_MODEL], None, True),
        (True, ["features", CALIBRATION], None, False),
        (True, [ERRORS], None, False),
        (True, [], Model, False),
        (True, [], Project, False),
    ],
)
def test_a_model_waits_that_lives_and_answered_and_of_which_nobody_learnt(
    sqlite_store: str,
    now: datetime,
    answered: bool,
    learnt: list[str],
    deleted: type[Model | Project] | None,
    waits: bool,
) -> None:
    with transaction() as session:
        other = a_watched_model(session, Task.REGRESSION, now)
        project_id, model_id = a_watched_model(session, Task.BINARY, now)
        put(session, other[0], other[1], [{"value": 1.0, "predicted_at": now}])
        if answered:
            put(session, project_id, model_id, [{"label": "true", "score": 0.9, "predicted_at": now}])
        for one in (other[0], project_id):
            fold_buckets(session, one, now)
        session.add_all(ModelReference(model_id=model_id, kind=kind, created_at=now) for kind in learnt)
        if deleted is not None:
            gone = model_id if deleted is Model else project_id
            session.execute(sa.update(deleted).where(deleted.id == gone).values(deleted_at=now))

    with reading() as session:
        found = models_to_learn(session)

    assert found == [other[1], *([model_id] if waits else [])]
