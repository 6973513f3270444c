"""Pictures: diagnostics drawn once in the worker by Yellowbrick, kept as SVG; and which of them a subject can have."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from mms.domain.errors import NotFound
from mms.domain.projects import Task
from mms.domain.subjects import Subject, SubjectKind
from mms.domain.tables import Column, ColumnType


class PictureKind(StrEnum):
    """Which Yellowbrick visualizer drew it. Within a subject, those that decide most come first."""

    CLASSIFICATION_REPORT = "classification report"
    CONFUSION_MATRIX = "confusion matrix"
    ROC_AUC = "ROC curves"
    PRECISION_RECALL = "precision-recall curve"
    DISCRIMINATION_THRESHOLD = "discrimination threshold"
    CLASS_PREDICTION_ERROR = "class prediction error"
    RESIDUALS = "residuals"
    PREDICTION_ERROR = "prediction error"
    FEATURE_IMPORTANCES = "feature importances"
    LEARNING_CURVE = "learning curve"
    VALIDATION_CURVE = "validation curve"
    CV_SCORES = "scores by fold"
    GRID_SEARCH = "two hyperparameters"
    DECISION_BOUNDARIES = "decision boundaries"
    COOKS_DISTANCE = "Cook's distance"
    ALPHA_SELECTION = "alpha selection"
    MANUAL_ALPHA_SELECTION = "alpha selection by refits"
    FEATURE_ELIMINATION = "recursive feature elimination"
    DROPPING_CURVE = "dropping curve"

    RANK_2D = "rank of two features"
    RADVIZ = "RadViz"
    CLASS_BALANCE = "class balance"
    BALANCED_BINNING = "balanced binning"
    FEATURE_CORRELATION = "correlation with the target"
    MUTUAL_INFORMATION = "mutual information with the target"
    RANK_1D = "rank of one feature"
    PARALLEL_COORDINATES = "parallel coordinates"
    PCA = "principal components"
    EXPLAINED_VARIANCE = "explained variance"
    MANIFOLD = "manifold"
    JOINT_PLOT = "joint plot"
    SCATTER = "scatter of two features"
    MISSING_VALUES = "missing values"
    MISSING_DISPERSION = "where values are missing"
    TOKEN_FREQUENCY = "frequent words"
    TSNE = "t-SNE of the texts"
    UMAP = "UMAP of the texts"
    WORD_DISPERSION = "where words occur"
    WORD_CORRELATION = "correlation of words"
    PART_OF_SPEECH = "parts of speech"
    ELBOW = "elbow"
    SILHOUETTE = "silhouette"
    INTERCLUSTER_DISTANCE = "distances between clusters"

    @property
    def heading(self) -> str:
        """The kind as a heading."""
        return f"{self.value[0].upper()}{self.value[1:]}"

    @property
    def slug(self) -> str:
        """The kind in an address: 'cooks-distance'."""
        return self.value.lower().replace(" ", "-").replace("'", "")

    @property
    def subject(self) -> SubjectKind:
        """Of what it is a picture: a model or a snapshot."""
        return _RULES[self].subject

    @property
    def question(self) -> str:
        """What it answers, in words."""
        return _RULES[self].question

    @property
    def refits(self) -> bool:
        """Whether its numbers cost fits that no run has stored."""
        return self in _REFITS

    @property
    def seconds(self) -> int:
        """How long it takes to draw in light and dark, roughly, once its numbers are there."""
        return _LONG.get(self, 1)

    def why_not(self, about: "Drawable") -> str | None:
        """The sentence that says why this subject has no such picture; None where the picture applies."""
        return next((need.otherwise for need in _RULES[self].needs if not need.is_met(about)), None)

    def applies(self, about: "Drawable") -> bool:
        """Whether this subject has such a picture."""
        return _RULES[self].subject is about.subject.kind and self.why_not(about) is None


class Theme(StrEnum):
    """For which background."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn diagnostic of a model or a snapshot (svg: the bytes), or the sentence that says why there is none.

    content: hash of what it was drawn from.
    """

    subject: Subject
    kind: PictureKind
    theme: Theme
    content: str
    svg: bytes | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a subject has a picture of a kind. reason: why there is none; None where it is drawn, or nobody asked."""

    kind: PictureKind
    slug: str
    question: str
    is_drawn: bool
    refits: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class Drawable:
    """What decides which pictures a subject can have. columns: features. classes: how many.

    Of models only: weighs (whether its fits tell what features weigh), numbers (its numeric hyperparameters that are
    set), linear (whether it is a weighted sum). together: whether its features come from one recipe that can be fitted
    again (an ensemble's do not).
    """

    subject: Subject
    task: Task
    columns: tuple[Column, ...]
    classes: int
    rows: int
    weighs: bool = False
    numbers: tuple[str, ...] = ()
    linear: bool = False
    together: bool = True

    def count(self, *types: ColumnType) -> int:
        """How many columns are of these types."""
        counted = Counter(column.type for column in self.columns)
        return sum(counted[type_] for type_ in types)


@dataclass(frozen=True, slots=True)
class _Need:
    is_met: Callable[[Drawable], bool]
    otherwise: str


@dataclass(frozen=True, slots=True)
class _Rule:
    subject: SubjectKind
    question: str
    needs: tuple[_Need, ...] = ()


EDITION = 1
"""Grows when a picture comes out differently for the same numbers: what was drawn before is then drawn anew."""

PATHS = frozenset({"ridge", "lasso", "elastic_net"})
"""Algorithms whose score along their alphas is found in one go."""

MOST_CLASSES = 20
"""With more classes a picture that gives each a colour or a curve cannot be read."""

FEWEST_CLUSTERED = 30
"""With fewer rows there are no groups to speak of."""

_NUMBER = (ColumnType.INTEGER, ColumnType.NUMBER)

_CLASSES = _Need(lambda about: about.task.is_classification, "It is about classes, and this project predicts a number.")
_FEW_CLASSES = _Need(
    lambda about: about.classes <= MOST_CLASSES,
    f"It gives each class its own colour, which can be read up to {MOST_CLASSES} classes; there are more.",
)
_BINARY = _Need(
    lambda about: about.task is Task.BINARY,
    "A threshold is chosen between two classes; this project has other answers.",
)
_QUANTITY = _Need(
    lambda about: about.task is Task.REGRESSION, "It is about errors of numbers, and this project predicts classes."
)
_VALUES = _Need(
    lambda about: about.task is Task.REGRESSION, "It cuts the values of a number, and this project predicts classes."
)
_WEIGHS = _Need(lambda about: about.weighs, "This algorithm does not tell what its features weigh.")
_TOGETHER = _Need(
    lambda about: about.together, "An ensemble has no recipe of its own that could be fitted again; look at a member's."
)
_SET = _Need(lambda about: bool(about.numbers), "This algorithm has no numeric hyperparameter to vary.")
_ALPHA = _Need(lambda about: "alpha" in about.numbers, "This algorithm has no hyperparameter alpha.")
_LINEAR = _Need(lambda about: about.linear, "Only ridge, lasso and elastic net walk a path of alphas.")
_TWO_NUMBERS = _Need(lambda about: about.count(*_NUMBER) >= 2, "It takes two numeric columns, and there are fewer.")
_A_NUMBER = _Need(lambda about: about.count(*_NUMBER) >= 1, "It takes a numeric column, and there is none.")
_ENCODED = _Need(
    lambda about: len(about.columns) > about.count(ColumnType.TEXT),
    "It takes columns of numbers, times or categories, and there are none.",
)
_ORDERED = _Need(
    lambda about: not about.task.is_classification or about.classes <= 2,
    "Classes have no order to correlate with; mutual information needs none.",
)
_TEXT = _Need(lambda about: about.count(ColumnType.TEXT) >= 1, "It reads texts, and there is no text column.")
_COLUMN = _Need(lambda about: bool(about.columns), "There is no feature column.")
_ROWS = _Need(
    lambda about: about.rows >= FEWEST_CLUSTERED,
    f"Groups are looked for in at least {FEWEST_CLUSTERED} rows, and there are fewer.",
)


def _model(question: str, *needs: _Need) -> _Rule:
    return _Rule(SubjectKind.MODEL, question, needs)


def _snapshot(question: str, *needs: _Need) -> _Rule:
    return _Rule(SubjectKind.SNAPSHOT, question, needs)


_K = PictureKind
_RULES: Mapping[PictureKind, _Rule] = {
    _K.CLASSIFICATION_REPORT: _model("How precise and how complete is each class?", _CLASSES),
    _K.CONFUSION_MATRIX: _model("Which classes are taken for which?", _CLASSES),
    _K.ROC_AUC: _model("How many hits does it take how many false alarms?", _CLASSES, _FEW_CLASSES),
    _K.PRECISION_RECALL: _model("How precise is it where it finds more?", _CLASSES, _FEW_CLASSES),
    _K.DISCRIMINATION_THRESHOLD: _model("From which probability should a row be flagged?", _BINARY),
    _K.CLASS_PREDICTION_ERROR: _model("What is truly in each class that it answers?", _CLASSES, _FEW_CLASSES),
    _K.RESIDUALS: _model("Are its errors as large everywhere, and centred on zero?", _QUANTITY),
    _K.PREDICTION_ERROR: _model("How far from the truth does it answer?", _QUANTITY),
    _K.FEATURE_IMPORTANCES: _model("Which features weigh most?", _WEIGHS),
    _K.LEARNING_CURVE: _model("Would more rows make it better?", _TOGETHER),
    _K.VALIDATION_CURVE: _model("Which value of its hyperparameter is best?", _TOGETHER, _SET),
    _K.CV_SCORES: _model("How much does its score vary from fold to fold?"),
    _K.GRID_SEARCH: _model("Which values of two hyperparameters go together?", _TOGETHER),
    _K.DECISION_BOUNDARIES: _model(
        "Where in the plane of two columns does its answer change?", _CLASSES, _FEW_CLASSES, _TWO_NUMBERS
    ),
    _K.COOKS_DISTANCE: _model("Which rows would change a weighted sum most?", _QUANTITY, _TOGETHER),
    _K.ALPHA_SELECTION: _model("Which alpha makes the error least, along the path?", _QUANTITY, _TOGETHER, _LINEAR),
    _K.MANUAL_ALPHA_SELECTION: _model("Which alpha makes the error least, by refits?", _QUANTITY, _TOGETHER, _ALPHA),
    _K.FEATURE_ELIMINATION: _model("How many features does it need?", _TOGETHER, _WEIGHS),
    _K.DROPPING_CURVE: _model("How well does it do with features taken away at random?", _TOGETHER),
    _K.RANK_2D: _snapshot("Which columns say the same?", _ENCODED),
    _K.RADVIZ: _snapshot("Which columns pull classes apart, or low from high targets?", _ENCODED),
    _K.CLASS_BALANCE: _snapshot("How frequent is each class?", _CLASSES),
    _K.BALANCED_BINNING: _snapshot("Where would the target be cut into bins of equal count?", _VALUES),
    _K.FEATURE_CORRELATION: _snapshot("Which columns go with the target?", _ENCODED, _ORDERED),
    _K.MUTUAL_INFORMATION: _snapshot("What does each column tell of the target, in whatever shape?", _ENCODED),
    _K.RANK_1D: _snapshot("Which columns are distributed normally?", _A_NUMBER),
    _K.PARALLEL_COORDINATES: _snapshot("Along which columns do classes part, or low and high targets?", _ENCODED),
    _K.PCA: _snapshot("How do the rows spread in the plane of most variance?", _ENCODED),
    _K.EXPLAINED_VARIANCE: _snapshot("How many components carry the variance?", _ENCODED),
    _K.MANIFOLD: _snapshot("Is there a structure that is no plane?", _ENCODED, _ROWS),
    _K.JOINT_PLOT: _snapshot("How do the two numbers that go together most go together?", _A_NUMBER),
    _K.SCATTER: _snapshot("How do classes, or low and high targets, lie in the plane of two columns?", _ENCODED),
    _K.MISSING_VALUES: _snapshot("How much is missing in each column?", _COLUMN),
    _K.MISSING_DISPERSION: _snapshot("In which rows are values missing?", _COLUMN),
    _K.TOKEN_FREQUENCY: _snapshot("Which words are most frequent?", _TEXT),
    _K.TSNE: _snapshot("Which texts are alike?", _TEXT, _ROWS),
    _K.UMAP: _snapshot("Which texts are alike, near and far?", _TEXT, _ROWS),
    _K.WORD_DISPERSION: _snapshot("Where in the rows do the most frequent words occur?", _TEXT),
    _K.WORD_CORRELATION: _snapshot("Which words occur together?", _TEXT),
    _K.PART_OF_SPEECH: _snapshot("Of which parts of speech are the texts made?", _TEXT),
    _K.ELBOW: _snapshot("Into how many groups do the rows fall?", _COLUMN, _ROWS),
    _K.SILHOUETTE: _snapshot("How clearly do the groups lie apart?", _COLUMN, _ROWS),
    _K.INTERCLUSTER_DISTANCE: _snapshot("How large are the groups, and how far from one another?", _COLUMN, _ROWS),
}

_REFITS = frozenset(
    {_K.LEARNING_CURVE, _K.ALPHA_SELECTION, _K.MANUAL_ALPHA_SELECTION, _K.FEATURE_ELIMINATION, _K.DROPPING_CURVE}
)


_LONG = {_K.TSNE: 25, _K.UMAP: 40, _K.PARALLEL_COORDINATES: 3, _K.TOKEN_FREQUENCY: 4}
"""Seconds of those that take more than one: embeddings of 1,000 texts, and what loads the packages for texts."""


def pictures_of(kind: SubjectKind) -> tuple[PictureKind, ...]:
    """Every kind of picture that such subjects can have, those that decide most first."""
    return tuple(picture for picture in PictureKind if picture.subject is kind)


def jobs_about(subject: Subject) -> str:
    """How the names of the jobs begin that draw this subject's pictures."""
    return f"pictures of {subject.kind.value} {subject.id}, "


def kind_named(slug: str, subject: SubjectKind) -> PictureKind:
    """The kind with this slug; NotFound tells those that such subjects have."""
    kinds = {kind.slug: kind for kind in pictures_of(subject)}
    if slug not in kinds:
        raise NotFound(f"A {subject.value} has no picture '{slug}': choose one of {', '.join(kinds)}.")
    return kinds[slug]
