"""Later logs: held against what the first ones told, and no more than that."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from db import models as tables
from db.queries.decay import DecayView, decay_page
from db.queries.projects import get_project_named
from db.session import reading, transaction
from mms.domain.errors import Conflict, Invalid
from mms.domain.members import Member
from mms.domain.projects import Policy, ProjectChanges, ProjectDraft, Task
from mms.usecases.logs import preview_log
from mms.usecases.projects import edit_project
from mms.usecases.retention import drop_old_rows
from tests.logged import SEEN, a_log, imported, request_of


def project_id() -> int:
    with reading() as session:
        return session.scalars(sa.select(tables.Project.id)).one()


@pytest.mark.slow
def test_a_column_has_the_type_that_the_models_of_the_file_know_it_by(
    sqlite_store: str, member: Member, tmp_path: Path
) -> None:
    log = a_log(200)
    old, new = log.assign(age=log["age"].astype(str) + " years"), log
    imported(member, tmp_path, old, name="old")

    (made,) = imported(member, tmp_path, new, project_id(), "new")
    assert made.added == 200
    for name, own in (("old", old), ("new", new)):
        (again,) = imported(member, tmp_path, own, project_id(), name)
        assert (again.added, again.known) == (0, 200)
    with reading() as session:
        (_, age), *_ = preview_log(session, member, project_id(), request_of(new, tmp_path, "third"), SEEN).features
    assert age == "integer"
    both = pd.concat([old.assign(model="old"), new.assign(model="new")])
    with pytest.raises(Invalid, match="'age' was integer in the first log of 'new' and category in that of 'old'"):
        imported(member, tmp_path, both, project_id(), None)


@pytest.mark.slow
def test_later_truths_need_not_tell_the_probabilities_again(sqlite_store: str, member: Member, tmp_path: Path) -> None:
    log = a_log(250).drop(columns=["age", "plan"])
    log = log.assign(label=np.where(log["score"] >= 0.5, "yes", "no"))
    later = log["id"] >= 200
    imported(member, tmp_path, log.assign(truth=log["truth"].mask(later), truth_at=log["truth_at"].mask(later)))

    (done,) = imported(member, tmp_path, log.drop(columns="score"), project_id())

    assert (done.added, done.told, done.known) == (0, 50, 200)


@pytest.mark.slow
def test_rows_that_were_dropped_once_counted_are_not_counted_again_by_the_same_file(
    store: str, member: Member, tmp_path: Path
) -> None:
    log = a_log(200)
    imported(member, tmp_path, log)
    with transaction() as session:
        edit_project(session, member, project_id(), ProjectChanges(policy=Policy(keep_rows_days=230)))
        session.get_one(tables.BucketMark, project_id()).drift_id = 200
    assert drop_old_rows(transaction, project_id(), SEEN) == 104  # eight answers a day, of 1 to 13 January

    (again,) = imported(member, tmp_path, log, project_id())
    (other,) = imported(member, tmp_path, log, project_id(), "other")

    assert (again.added, again.known, again.dropped) == (0, 96, 104)
    assert "96 known already, 104 left out" in again.words
    assert (other.added, other.dropped) == (200, 0)
    with reading() as session:
        project = get_project_named(session, member, "Bookings")
        assert decay_page(session, project, DecayView("roc_auc"), SEEN).predicted == 400


@pytest.mark.slow
def test_another_value_for_a_known_answer_is_refused_and_its_rounding_is_not(
    sqlite_store: str, member: Member, tmp_path: Path
) -> None:
    log = a_log(200).drop(columns="score")
    log = log.assign(value=log["age"] / 7, truth=log["age"] / 8)
    imported(member, tmp_path, log, ProjectDraft("Prices", Task.REGRESSION))

    (rounded,) = imported(member, tmp_path, log.assign(value=log["value"].round(6)), project_id())
    assert (rounded.added, rounded.known) == (0, 200)
    with pytest.raises(Conflict, match="Line 2 answers .* where 'scorer' is known to have answered"):
        imported(member, tmp_path, log.assign(value=log["value"] * 1.001), project_id())


@pytest.mark.slow
def test_a_positive_class_stays_once_a_model_was_made_with_it(
    sqlite_store: str, member: Member, tmp_path: Path
) -> None:
    imported(member, tmp_path, a_log(200))

    with pytest.raises(Conflict, match="is 'yes', and snapshots or models were made with it"), transaction() as session:
        edit_project(session, member, project_id(), ProjectChanges(positive_class="no"))
    with pytest.raises(Conflict, match="Models were made without a positive class"), transaction() as session:
        session.execute(sa.update(tables.Project).values(positive_class=None))
        edit_project(session, member, project_id(), ProjectChanges(positive_class="no"))
