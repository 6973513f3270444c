"""Naive Bayes: every feature by itself."""

from typing import Any, Self

from sklearn.naive_bayes import BernoulliNB, ComplementNB, GaussianNB, MultinomialNB

from mms.domain.errors import Invalid
from mms.domain.triples import Parameter
from mms.ml.algorithms.algorithm import CLASSES, Algorithm, maker

_ALPHA = Parameter(
    "alpha",
    "number",
    0.5,
    1e-9,
    1e3,
    scale="log",
    explanation="what is added to every count, so that a word never seen in a class rules nothing out",
)
_FIT_PRIOR = Parameter(
    "fit_prior", "boolean", True, explanation="whether a frequent class is likelier before any feature was looked at"
)
_ALPHAS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)


class _Counts:
    """Refuses numbers below 0 in a sentence that names the way out."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Count. X: (n, features), none below 0."""
        self._check(X)
        super().fit(X, y, sample_weight)  # type: ignore[misc]
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Count on. X: (n, features), none below 0."""
        self._check(X)
        super().partial_fit(X, y, classes, sample_weight)  # type: ignore[misc]
        return self

    @staticmethod
    def _check(X: Any) -> None:
        if X.shape[0] and X.shape[1] and X.min() < 0:
            raise Invalid(
                "This naive Bayes counts, so it takes no number below 0, and the recipe gives some: scale with "
                "'min-max', or choose 'naive_bayes'."
            )


class _Multinomial(_Counts, MultinomialNB):  # type: ignore[misc]
    """Counts of words, class by class."""


class _Complement(_Counts, ComplementNB):  # type: ignore[misc]
    """Counts of words outside each class."""


NAIVE_BAYES = Algorithm(
    "naive_bayes",
    "Naive Bayes",
    "judges each feature by itself, as if bell-shaped in each class; very quick, overconfident",
    CLASSES,
    (
        Parameter(
            "var_smoothing",
            "number",
            1e-2,
            1e-12,
            1.0,
            scale="log",
            explanation="share of the largest variance that is added to all, for calmer answers",
        ),
    ),
    {"var_smoothing": (1e-9, 1e-4, 1e-2, 1e-1)},
    maker(GaussianNB, seeded=False),
    dense=True,
    large={"var_smoothing": (1e-9, 1e-7, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)},
    incremental=True,
    rank=2,
)

MULTINOMIAL_BAYES = Algorithm(
    "multinomial_bayes",
    "Multinomial naive Bayes",
    "counts how often each word or amount stands in each class; very quick, strong on text",
    CLASSES,
    (_ALPHA, _FIT_PRIOR),
    {"alpha": (0.1, 0.5, 1.0)},
    maker(_Multinomial, seeded=False),
    large={"alpha": _ALPHAS, "fit_prior": (True, False)},
    nonnegative=True,
    recipe="trees",
    incremental=True,
    rank=2,
)

COMPLEMENT_BAYES = Algorithm(
    "complement_bayes",
    "Complement naive Bayes",
    "like multinomial Bayes, but learns each class from all the others; fairer to rare classes",
    CLASSES,
    (
        _ALPHA,
        Parameter("norm", "boolean", False, explanation="whether the weights of each class are brought to one length"),
    ),
    {"alpha": (0.1, 0.5, 1.0)},
    maker(_Complement, seeded=False),
    large={"alpha": _ALPHAS, "norm": (False, True)},
    nonnegative=True,
    recipe="trees",
    incremental=True,
    rank=2,
)

BERNOULLI_BAYES = Algorithm(
    "bernoulli_bayes",
    "Bernoulli naive Bayes",
    "asks of each feature only whether it is above a limit; very quick, good on short texts and yes-or-no columns",
    CLASSES,
    (
        _ALPHA,
        _FIT_PRIOR,
        Parameter("binarize", "number", 0.0, -1e9, 1e9, explanation="the limit above which a feature counts as yes"),
    ),
    {"alpha": (0.1, 0.5, 1.0)},
    maker(BernoulliNB, seeded=False),
    large={"alpha": _ALPHAS, "binarize": (0.0, 0.1)},
    incremental=True,
    rank=2,
)
