"""Both kinds of errors of every version, on the same rows."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from db import models as tables
from db.blobs import put_bytes
from db.queries.models import get_model
from db.queries.snapshots import snapshot_frame
from db.queries.versions import errors_by_version, versions_like
from db.session import reading, transaction
from mms.domain.members import Member
from mms.domain.snapshots import Snapshot
from mms.settings import settings
from tests.contest import Contest, a_contest

CLASSES = {"inputs": [], "classes": ["no", "yes"], "example": {}, "probability": True}


@pytest.fixture
def contest(member: Member, tmp_path: Path, now: datetime) -> Contest:
    found = a_contest(member, tmp_path, now)
    with transaction() as session:
        session.execute(sa.update(tables.Artifact).values(signature=CLASSES))
    return found


def answered(model_id: int, snapshot: Snapshot, rows: slice, now: datetime) -> pd.DataFrame:
    """Give a model out-of-fold rows by chance, seeded by its id, in no order; return them with their ids."""
    chance = np.random.default_rng(model_id)
    with transaction() as session:
        frame = snapshot_frame(session, settings().cache, snapshot)
        p = chance.uniform(size=len(frame))
        oof = pd.DataFrame({"row": frame.index, "truth": frame["side"], "p_0": 1 - p, "p_1": p})
        oof["label"] = np.where(p >= 0.5, "yes", "no")
        oof = oof.iloc[rows]
        blob = put_bytes(session, oof.sample(frac=1, random_state=1).to_parquet(index=False), now)
        session.execute(sa.update(tables.Model).where(tables.Model.id == model_id).values(oof_blob=blob))
    return oof.assign(id=frame["id"]).set_index("id")


def test_versions_of_one_snapshot_are_counted_on_its_rows(
    sqlite_store: str, member: Member, contest: Contest, now: datetime
) -> None:
    logistic, tree, dummy = contest.first.values()
    with transaction() as session:
        session.execute(sa.update(tables.Model).where(tables.Model.id == tree).values(threshold=0.3))
    told = {model_id: answered(model_id, contest.older, slice(10, None), now) for model_id in contest.first.values()}

    with reading() as session:
        ids, older = versions_like(session, get_model(session, logistic).ranked)
        history = errors_by_version(session, settings().cache, ids, "yes", older)
        newest = versions_like(session, get_model(session, logistic).ranked, limit=2)
        first = versions_like(session, get_model(session, logistic).ranked, until=history.versions[0].version)
        other = errors_by_version(session, settings().cache, ids, "no")

    assert (history.rows, history.positives, history.older) == (120, int((told[tree]["truth"] == "yes").sum()), 0)
    assert [one.version for one in history.versions] == sorted(one.version for one in history.versions)
    assert {one.model_id for one in history.versions} == {logistic, tree, dummy}
    assert (newest[0], newest[1]) == (ids[1:], 1)
    assert first == (ids[:1], 0)
    for one in history.versions:
        rows = told[one.model_id]
        flagged, late = rows["p_1"] >= (0.3 if one.model_id == tree else 0.5), rows["truth"] == "yes"
        assert (one.false_positives, one.false_negatives) == ((flagged & ~late).sum(), (~flagged & late).sum())
    turned = [(one.false_negatives, one.false_positives) for one in history.versions]
    assert [(one.false_positives, one.false_negatives) for one in other.versions] == turned


def test_versions_of_all_snapshots_are_counted_on_the_entities_they_share(
    sqlite_store: str, member: Member, contest: Contest, now: datetime
) -> None:
    old, new = contest.first["logistic"], contest.second["naive_bayes"]
    older, newer = (
        answered(old, contest.older, slice(10, None), now),
        answered(new, contest.newer, slice(20, None), now),
    )

    with reading() as session:
        here, _ = versions_like(session, get_model(session, old).ranked)
        ids, _ = versions_like(session, get_model(session, old).ranked, everywhere=True)
        history = errors_by_version(session, settings().cache, [old, new], "yes")
        nothing = errors_by_version(session, settings().cache, [old, new], "perhaps")

    shared = older.index.intersection(newer.index)
    assert (set(ids) - set(here), history.rows) == ({new}, len(shared))
    assert 0 < len(shared) < len(older) < len(newer)
    for one, rows in zip(history.versions, (older, newer), strict=True):
        flagged, late = rows.loc[shared, "label"] == "yes", newer.loc[shared, "truth"] == "yes"
        assert (one.false_positives, one.false_negatives) == ((flagged & ~late).sum(), (~flagged & late).sum())
    assert (nothing.rows, nothing.versions) == (0, ())
