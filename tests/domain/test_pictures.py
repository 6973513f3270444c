"""Which pictures a model or a snapshot can have, and in words why not the others."""

import pytest

from mms.domain.errors import NotFound
from mms.domain.pictures import Drawable, PictureKind, kind_named, pictures_of
from mms.domain.projects import Task
from mms.domain.subjects import Subject, SubjectKind
from mms.domain.tables import Column, ColumnType

MODEL, SNAPSHOT = Subject(SubjectKind.MODEL, 1), Subject(SubjectKind.SNAPSHOT, 1)
NUMBERS = tuple(Column(name, ColumnType.NUMBER) for name in "xyz")


def about(subject: Subject, task: Task = Task.BINARY, classes: int = 2, **others: object) -> Drawable:
    """A model or snapshot with three numeric columns and 100 rows."""
    given = {"columns": NUMBERS, "rows": 100} | others
    return Drawable(subject, task, classes=classes, **given)  # type: ignore[arg-type]


def fitting(of: Drawable) -> set[PictureKind]:
    """What applies."""
    return {kind for kind in PictureKind if kind.applies(of)}


@pytest.mark.parametrize("kind", PictureKind)
def test_every_kind_has_a_subject_and_asks_a_question(kind: PictureKind) -> None:
    assert kind.subject in (SubjectKind.MODEL, SubjectKind.SNAPSHOT)
    assert kind.question.endswith("?")
    assert kind.heading[0].isupper()


def test_a_model_has_no_picture_of_a_snapshot() -> None:
    assert fitting(about(MODEL)) <= set(pictures_of(SubjectKind.MODEL))
    assert fitting(about(SNAPSHOT)) <= set(pictures_of(SubjectKind.SNAPSHOT))


def test_those_that_decide_most_come_first() -> None:
    assert pictures_of(SubjectKind.MODEL)[:4] == (
        PictureKind.CLASSIFICATION_REPORT,
        PictureKind.CONFUSION_MATRIX,
        PictureKind.ROC_AUC,
        PictureKind.PRECISION_RECALL,
    )


@pytest.mark.parametrize(
    ("kind", "of", "sentence"),
    [
        (PictureKind.ROC_AUC, about(MODEL, Task.REGRESSION, 0), "about classes"),
        (PictureKind.ROC_AUC, about(MODEL, Task.MULTICLASS, 60), "up to 20 classes"),
        (PictureKind.DISCRIMINATION_THRESHOLD, about(MODEL, Task.MULTICLASS, 3), "between two classes"),
        (PictureKind.RESIDUALS, about(MODEL), "predicts classes"),
        (PictureKind.FEATURE_IMPORTANCES, about(MODEL), "does not tell"),
        (PictureKind.FEATURE_ELIMINATION, about(MODEL, weighs=True, together=False), "An ensemble"),
        (PictureKind.VALIDATION_CURVE, about(MODEL), "no numeric hyperparameter"),
        (PictureKind.DECISION_BOUNDARIES, about(MODEL, columns=NUMBERS[:1]), "two numeric columns"),
        (PictureKind.ALPHA_SELECTION, about(MODEL, Task.REGRESSION, 0), "Only ridge"),
        (
            PictureKind.MANUAL_ALPHA_SELECTION,
            about(MODEL, Task.REGRESSION, 0, numbers=("C",)),
            "no hyperparameter alpha",
        ),
        (PictureKind.TOKEN_FREQUENCY, about(SNAPSHOT), "no text column"),
        (PictureKind.MANIFOLD, about(SNAPSHOT, rows=1), "at least 30 rows"),
    ],
)
def test_what_does_not_apply_says_why(kind: PictureKind, of: Drawable, sentence: str) -> None:
    assert not kind.applies(of)
    assert sentence in (kind.why_not(of) or "")


@pytest.mark.parametrize(
    ("kind", "of"),
    [
        (PictureKind.CONFUSION_MATRIX, about(MODEL, Task.MULTICLASS, 60)),
        (PictureKind.FEATURE_IMPORTANCES, about(MODEL, weighs=True)),
        (PictureKind.MANUAL_ALPHA_SELECTION, about(MODEL, Task.REGRESSION, 0, numbers=("alpha",))),
        (PictureKind.ALPHA_SELECTION, about(MODEL, Task.REGRESSION, 0, linear=True)),
        (PictureKind.CV_SCORES, about(MODEL, together=False)),
    ],
)
def test_what_applies_has_no_reason_against_it(kind: PictureKind, of: Drawable) -> None:
    assert kind.applies(of)
    assert kind.why_not(of) is None


def test_each_kind_is_found_by_its_own_slug() -> None:
    for kind in PictureKind:
        assert kind_named(kind.slug, kind.subject) is kind
        assert kind.slug.replace("-", "").isalnum()


def test_a_kind_of_another_subject_is_not_found_and_the_kinds_are_told() -> None:
    with pytest.raises(NotFound, match="A model has no picture 'elbow': choose one of classification-report, "):
        kind_named("elbow", SubjectKind.MODEL)
