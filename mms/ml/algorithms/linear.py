"""Weighted sums of features that tell classes apart."""

from sklearn.linear_model import LogisticRegression, RidgeClassifier

from mms.domain.triples import Parameter
from mms.ml.algorithms.algorithm import CLASS_WEIGHT, CLASSES, Algorithm, maker

LOGISTIC = Algorithm(
    "logistic",
    "Logistic regression",
    "a weighted sum of the features, turned into a probability; simple, quick, easy to read",
    CLASSES,
    (
        Parameter("C", "number", 1.0, 1e-5, 1e5, scale="log", explanation="the smaller, the simpler the model"),
        CLASS_WEIGHT,
        Parameter("max_iter", "integer", 200, 10, 10_000, scale="log", explanation="steps of the search at most"),
    ),
    {"C": (0.01, 0.1, 1.0, 10.0)},
    maker(LogisticRegression, tol=1e-3),
    large={"C": (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0), "class_weight": ("balanced", None)},
    scaled=True,
    rank=1,
)

RIDGE_CLASSIFIER = Algorithm(
    "ridge_classifier",
    "Ridge classifier",
    "ridge regression on the classes as numbers; among the quickest, ranks without probabilities",
    CLASSES,
    (
        Parameter("alpha", "number", 1.0, 1e-6, 1e6, scale="log", explanation="the larger, the simpler the model"),
        CLASS_WEIGHT,
    ),
    {"alpha": (0.1, 1.0, 10.0, 100.0)},
    maker(RidgeClassifier),
    large={"alpha": (0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0, 1000.0), "class_weight": ("balanced", None)},
    scaled=True,
    probabilities=False,
    rank=1,
)
