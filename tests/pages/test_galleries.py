"""The galleries of the demo's champion, of a project of numbers and of one of texts: every visualizer that applies is
in them, each by its name."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from db.queries.models import best_models, get_model
from db.queries.pictures import drawable
from db.queries.snapshots import snapshots
from db.session import reading, transaction
from mms.demo.load import FIRST_MORNING, load_demo
from mms.domain.jobs import JobKind
from mms.domain.members import Member
from mms.domain.models import Model, RankedModel
from mms.domain.pictures import PictureKind, pictures_of
from mms.domain.projects import Project
from mms.domain.promotions import Seating
from mms.domain.runs import Launch
from mms.domain.subjects import Subject, SubjectKind
from mms.domain.tables import ColumnType, FileProject
from mms.domain.triples import Value
from mms.usecases.fitting import fit_run
from mms.usecases.jobs import JobContext, claim, finish
from mms.usecases.pictures import ask_for_pictures
from mms.usecases.promotions import promote
from mms.usecases.runs import launch_run
from mms.usecases.tables import project_from_file
from mms.worker.pictures import draw_pictures
from tests.pages.conftest import Open
from tests.trained import a_snapshot, triple_of

pytestmark = pytest.mark.slow

WORKER = {JobKind.RUN: fit_run, JobKind.PICTURES: draw_pictures}

OF_EVERY_MODEL = {
    "feature importances", "learning curve", "validation curve", "scores by fold", "two hyperparameters",
    "recursive feature elimination", "dropping curve",
}  # fmt: skip
OF_TWO_CLASSES = OF_EVERY_MODEL | {
    "classification report", "confusion matrix", "ROC curves", "precision-recall curve", "discrimination threshold",
    "class prediction error",
}  # fmt: skip
OF_A_WEIGHTED_SUM = OF_EVERY_MODEL | {
    "residuals", "prediction error", "Cook's distance", "alpha selection", "alpha selection by refits",
}  # fmt: skip
OF_EVERY_SNAPSHOT = {
    "missing values", "where values are missing", "elbow", "silhouette", "distances between clusters",
}  # fmt: skip
OF_COLUMNS = OF_EVERY_SNAPSHOT | {
    "rank of two features", "rank of one feature", "RadViz", "parallel coordinates", "principal components",
    "explained variance", "manifold", "joint plot", "scatter of two features", "correlation with the target",
    "mutual information with the target",
}  # fmt: skip
OF_TEXTS = OF_EVERY_SNAPSHOT | {
    "frequent words", "t-SNE of the texts", "UMAP of the texts", "where words occur", "correlation of words",
    "parts of speech", "class balance",
}  # fmt: skip


def test_the_galleries_of_the_demos_champion_hold_all_that_applies(open_page: Open, admin: Member) -> None:
    project = load_demo(transaction, admin, datetime.now(UTC))
    work_all()
    champion = best_of(project)
    with transaction() as session:
        promote(session, admin, Seating(champion.id, "the best of the first run"), FIRST_MORNING)
    vary(admin, champion.id, [{"C": c, "class_weight": w} for c in (0.1, 10.0) for w in ("balanced", None)])

    assert gallery_of(open_page, admin, champion) == OF_TWO_CLASSES | {"decision boundaries"}
    assert gallery_of_snapshot(open_page, admin, project) == OF_COLUMNS | {"class balance"}


def test_the_galleries_of_a_project_of_numbers_hold_all_that_applies(
    open_page: Open, admin: Member, tmp_path: Path, now: datetime
) -> None:
    chance = np.random.default_rng(0)
    x, y = chance.normal(size=120), chance.normal(size=120)
    frame = pd.DataFrame({"id": range(120), "x": x, "y": np.where(chance.random(120) < 0.1, np.nan, y)})
    frame["city"] = chance.choice(["rome", "oslo", "bonn"], 120)
    frame["size"] = 3 * x + y + chance.normal(size=120)
    project = a_file_project(admin, tmp_path, frame, now)
    model = trained(admin, project, "elastic_net", now)
    vary(admin, model.id, [{"alpha": alpha, "l1_ratio": share} for alpha in (0.01, 0.3) for share in (0.5, 0.8)])

    assert gallery_of(open_page, admin, model) == OF_A_WEIGHTED_SUM
    assert gallery_of_snapshot(open_page, admin, project) == OF_COLUMNS | {"balanced binning"}


def test_the_galleries_of_a_project_of_texts_hold_all_that_applies(
    open_page: Open, admin: Member, tmp_path: Path, now: datetime
) -> None:
    pytest.importorskip("umap")
    chance = np.random.default_rng(0)
    words = {"sun": "sun/NN beach/NN warm/JJ swims/VBZ", "snow": "snow/NN cold/JJ skis/NNS melts/VBZ"}
    labels = chance.choice(list(words), 120)
    texts = [" ".join(chance.choice([*words[one].split(), *(f"word{i}/NN" for i in range(30))], 8)) for one in labels]
    frame = pd.DataFrame({"id": range(120), "told": texts, "kind": labels})
    frame.loc[frame.index % 15 == 7, "told"] = None
    project = a_file_project(admin, tmp_path, frame, now, {"told": ColumnType.TEXT}, "snow")
    model = trained(admin, project, "logistic", now)
    vary(admin, model.id, [{"C": c, "class_weight": w} for c in (0.1, 10.0) for w in ("balanced", None)])

    assert gallery_of(open_page, admin, model) == OF_TWO_CLASSES
    assert gallery_of_snapshot(open_page, admin, project) == OF_TEXTS


def a_file_project(
    member: Member, folder: Path, frame: pd.DataFrame, now: datetime, types: dict[str, ColumnType] | None = None,
    positive: str | None = None,
) -> Project:  # fmt: skip
    """A project on a file; its last column is the target."""
    frame.to_csv(folder / "rows.csv", index=False)
    source = FileProject(
        "Rows", folder / "rows.csv", str(frame.columns[-1]), ("id",), "", "", types or {}, positive_class=positive
    )
    with transaction() as session:
        return project_from_file(session, member, source, now)


def trained(member: Member, project: Project, algorithm: str, now: datetime) -> RankedModel:
    """The model of one algorithm at its defaults, on all rows."""
    snapshot = a_snapshot(member, project, now)
    with transaction() as session:
        launch_run(session, member, Launch(snapshot.id, (triple_of(project, snapshot, algorithm),)), datetime.now(UTC))
    work_all()
    return best_of(project, algorithm)


def vary(member: Member, model_id: int, hyperparameters: Sequence[Mapping[str, Value]]) -> None:
    """Fit the model's triple with others of its hyperparameters: curves over them are then free."""
    model = opened(model_id)
    triples = [
        replace(model.triple, hyperparameters={**model.triple.hyperparameters, **own}) for own in hyperparameters
    ]
    with transaction() as session:
        launch_run(session, member, Launch(model.ranked.snapshot_id, tuple(triples)), datetime.now(UTC))
    work_all()


def best_of(project: Project, *algorithms: str) -> RankedModel:
    with reading() as session:
        return next(one for one in best_models(session, project.id) if not algorithms or one.algorithm in algorithms)


def opened(model_id: int) -> Model:
    with reading() as session:
        return get_model(session, model_id)


def gallery_of(open_page: Open, member: Member, model: RankedModel) -> set[str]:
    """What the gallery of a model shows once its pictures are drawn, those that cost fits among them."""
    return shown(open_page, member, Subject(SubjectKind.MODEL, model.id))


def gallery_of_snapshot(open_page: Open, member: Member, project: Project) -> set[str]:
    with reading() as session:
        (snapshot,) = snapshots(session, project.id)
    return shown(open_page, member, Subject(SubjectKind.SNAPSHOT, snapshot.id))


def shown(open_page: Open, member: Member, subject: Subject) -> set[str]:
    """The names of the pictures that can be enlarged; those that are not there say why."""
    now = datetime.now(UTC)
    with transaction() as session:
        about = drawable(session, subject)
        applying = [kind for kind in pictures_of(subject.kind) if kind.applies(about)]
        ask_for_pictures(session, member, subject, now)
        if refits := [kind for kind in applying if kind.refits]:
            ask_for_pictures(session, member, subject, now, refits)
    work_all()

    page = open_page("gallery", **{subject.kind.value: subject.id})

    assert not page.exception
    names = {str(button.key).removeprefix("enlarge ") for button in page.button if "enlarge " in str(button.key)}
    assert (
        page.markdown[0].value == f"**{len(names)} pictures** of this {subject.kind.value} are drawn: all that fit it."
    )
    assert names == headed(applying)
    return names


def headed(kinds: Collection[PictureKind]) -> set[str]:
    return {kind.value for kind in kinds}


def work_all() -> None:
    """Every queued run and drawing, as a worker's child would."""
    now = datetime.now(UTC) + timedelta(minutes=1)
    while True:
        with transaction() as session:
            job = claim(session, "test", now)
        if job is None:
            return
        if job.kind in WORKER:
            WORKER[job.kind](JobContext(job, transaction, lambda: now))
        with transaction() as session:
            finish(session, job.id, job.attempt, now)
