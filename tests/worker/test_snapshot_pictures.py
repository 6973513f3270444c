"""Every picture that applies to a snapshot of classes, of numbers and of texts is drawn by a job, or says why not."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from db.queries.pictures import drawable, pictures
from db.session import reading, transaction
from mms.domain.members import Member
from mms.domain.pictures import Picture, PictureKind, Theme, pictures_of
from mms.domain.snapshots import Dealing, HoldoutKind, HoldoutPlan, Selection
from mms.domain.subjects import Subject, SubjectKind
from mms.domain.tables import ColumnType, FileProject
from mms.usecases.jobs import JobContext, claim, finish
from mms.usecases.pictures import ask_for_pictures, snapshot_rows
from mms.usecases.snapshots import take_snapshot
from mms.usecases.tables import project_from_file
from mms.worker.pictures import draw_pictures

_ROWS = 60
_OF_COLUMNS = {
    PictureKind.RANK_2D, PictureKind.RADVIZ, PictureKind.RANK_1D, PictureKind.PARALLEL_COORDINATES, PictureKind.PCA,
    PictureKind.EXPLAINED_VARIANCE, PictureKind.MANIFOLD, PictureKind.JOINT_PLOT, PictureKind.SCATTER,
    PictureKind.FEATURE_CORRELATION, PictureKind.MUTUAL_INFORMATION,
}  # fmt: skip
_OF_GROUPS = {PictureKind.ELBOW, PictureKind.SILHOUETTE, PictureKind.INTERCLUSTER_DISTANCE}
_OF_HOLES = {PictureKind.MISSING_VALUES, PictureKind.MISSING_DISPERSION}
_OF_TEXTS = {
    PictureKind.TOKEN_FREQUENCY, PictureKind.TSNE, PictureKind.UMAP, PictureKind.WORD_DISPERSION,
    PictureKind.WORD_CORRELATION,
}  # fmt: skip


def columns(*names: str) -> pd.DataFrame:
    """Rows with these columns; the target is `big`, `size` or `kind`."""
    chance = np.random.default_rng(2)
    x, city = chance.normal(size=_ROWS), chance.choice(["rome", "oslo", "bonn"], _ROWS)
    nouns = np.array([f"{noun}{number}" for noun in ("sun", "rain", "snow") for number in range(9)])
    told = [" ".join(chance.choice(nouns[9 * (row % 3) :][:9], 6)) for row in range(_ROWS)]
    every = {
        "id": range(_ROWS),
        "x": x,
        "y": np.where(chance.random(_ROWS) < 0.2, np.nan, chance.normal(size=_ROWS) + x),
        "city": city,
        "words": told,
        "big": np.where(x > 0, "yes", "no"),
        "size": 3 * x + chance.normal(size=_ROWS),
        "kind": [("sun", "rain", "snow")[row % 3] for row in range(_ROWS)],
    }
    return pd.DataFrame({name: every[name] for name in ("id", *names)})


def snapshot_of(
    member: Member, folder: Path, frame: pd.DataFrame, now: datetime, holdout: HoldoutPlan | None = None
) -> Subject:
    """A snapshot of a project of its own; the last column is the target."""
    frame.to_csv(folder / "rows.csv", index=False)
    types = {"words": ColumnType.TEXT} if "words" in frame else {}
    source = FileProject("Rows", folder / "rows.csv", str(frame.columns[-1]), ("id",), "", "", types)
    with transaction() as session:
        project = project_from_file(session, member, source, now)
    taken = take_snapshot(transaction, member, project.id, Selection(), now, Dealing(holdout=holdout))
    return Subject(SubjectKind.SNAPSHOT, taken.id)


def drawn(member: Member, subject: Subject, now: datetime, *kinds: PictureKind) -> Mapping[PictureKind, Picture]:
    """What a worker draws when somebody asks for it, on dark ground."""
    with transaction() as session:
        assert ask_for_pictures(session, member, subject, now, kinds)
    with transaction() as session:
        job = claim(session, "test", now)
    assert job is not None
    draw_pictures(JobContext(job, transaction, lambda: now))
    with transaction() as session:
        finish(session, job.id, job.attempt, now)
    with reading() as session:
        return pictures(session, subject, Theme.DARK)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "expected", "refused"),
    [
        (
            ("x", "y", "city", "big"),
            {PictureKind.CLASS_BALANCE} | _OF_COLUMNS | _OF_GROUPS | _OF_HOLES,
            {},
        ),
        (
            ("x", "y", "city", "size"),
            {PictureKind.BALANCED_BINNING} | _OF_COLUMNS | _OF_GROUPS | _OF_HOLES,
            {},
        ),
        (
            ("words", "kind"),
            {PictureKind.CLASS_BALANCE} | _OF_GROUPS | _OF_TEXTS,
            {
                PictureKind.MISSING_VALUES: "Nothing is missing in 60 rows.",
                PictureKind.MISSING_DISPERSION: "Nothing is missing in 60 rows.",
                PictureKind.PART_OF_SPEECH: "Its texts bear no tags, and no tagger is installed: a column of texts "
                "such as 'dogs/NNS bark/VBP' is drawn.",
            },
        ),
    ],
    ids=["classes", "numbers", "texts"],
)
def test_every_picture_that_applies_is_drawn_or_says_why_not(
    sqlite_store: str, member: Member, tmp_path: Path, now: datetime,
    names: tuple[str, ...], expected: set[PictureKind], refused: dict[PictureKind, str],
) -> None:  # fmt: skip
    subject = snapshot_of(member, tmp_path, columns(*names), now)

    found = drawn(member, subject, now)

    with reading() as session:
        about = drawable(session, subject)
    assert {kind: picture.error for kind, picture in found.items() if picture.svg is None} == refused
    assert {kind for kind, picture in found.items() if picture.svg} == expected
    assert set(found) == {kind for kind in pictures_of(SubjectKind.SNAPSHOT) if kind.applies(about)}
    assert all(kind.why_not(about) for kind in set(pictures_of(SubjectKind.SNAPSHOT)) - set(found))


@pytest.mark.slow
def test_rows_that_are_held_out_are_in_no_picture(
    sqlite_store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    plan = HoldoutPlan(HoldoutKind.RANDOM, 0.25)
    subject = snapshot_of(member, tmp_path, columns("x", "big"), now, plan)

    found = drawn(member, subject, now, PictureKind.CLASS_BALANCE)

    with reading() as session:
        shown = snapshot_rows(session, subject.id).instances
    assert len(shown.features) == len(shown.target) == 45
    svg = found[PictureKind.CLASS_BALANCE].svg
    assert svg is not None
    assert b"Rows of each class, of 45" in svg
