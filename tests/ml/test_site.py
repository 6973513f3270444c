"""The site's settings file: its own classes become entries of the registries; what is wrong is left out and said."""

from pathlib import Path

import pytest

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.triples import Branch, Recipe, Step, Triple
from mms.ml.algorithms import algorithm_named, algorithms_of, estimator, label_of
from mms.ml.fitting import fit_fold
from mms.ml.recipes import TRANSFORMERS, transformers
from mms.usecases.site import site_problems
from tests.ml.toys import folds_of, toy

GOOD = """
[[algorithms]]
name = "perceptron"
class = "sklearn.linear_model:Perceptron"
tasks = ["binary", "multiclass"]
label = "Perceptron"
explanation = "the oldest of them"
scaled = true
rank = 2
fixed = { shuffle = true }
grid = { alpha = [0.001, 0.01] }

[[algorithms.parameters]]
name = "alpha"
kind = "number"
default = 0.0001
low = 1e-8
high = 1.0
scale = "log"
explanation = "the larger, the simpler"

[[algorithms.parameters]]
name = "penalty"
kind = "choice"
choices = ["l1", "l2"]
optional = true
explanation = "which weights are small"

[[transformers]]
name = "binarize"
class = "sklearn.preprocessing:Binarizer"
explanation = "yes where a number lies above the threshold"
rowwise = true

[[transformers.parameters]]
name = "threshold"
kind = "number"
default = 0.0
explanation = "the limit"
"""


@pytest.fixture
def site_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MMS_HOME", str(tmp_path))
    return tmp_path / "settings.toml"


def test_a_class_of_the_site_is_chosen_ranged_and_fitted_like_any_other(site_file: Path) -> None:
    site_file.write_text(GOOD)
    instances = toy(Task.BINARY)
    recipe = Recipe("ours", (Branch("numeric", (Step("impute", {}), Step("binarize", {"threshold": 1.0}))),))

    fold = fit_fold(Triple(recipe, "perceptron", {"alpha": 0.01}), instances, folds_of(instances)[0], 3)

    assert site_problems() == ()
    assert fold.result.scores
    made = estimator("perceptron", {}, Task.MULTICLASS, seed=5)
    assert (made.random_state, made.n_jobs, made.penalty, made.shuffle) == (5, 1, None, True)
    assert label_of("perceptron") == "Perceptron"
    assert not algorithm_named("perceptron", Task.BINARY).probabilities
    assert algorithm_named("perceptron", Task.BINARY).incremental
    assert "perceptron" not in [algorithm.name for algorithm in algorithms_of(Task.REGRESSION)]
    assert TRANSFORMERS["binarize"].rowwise
    assert list(transformers())[-1] == "binarize"


def test_an_entry_that_was_taken_out_of_the_file_can_no_longer_be_named(site_file: Path) -> None:
    site_file.write_text(GOOD)
    assert "binarize" in TRANSFORMERS

    site_file.unlink()

    assert "binarize" not in TRANSFORMERS
    with pytest.raises(Invalid):
        algorithm_named("perceptron", Task.BINARY)


@pytest.mark.parametrize(
    ("was", "becomes", "sentence"),
    [
        (
            "sklearn.linear_model:Perceptron",
            "nowhere.at:All",
            "'nowhere.at:All' cannot be imported: ModuleNotFoundError",
        ),
        ("sklearn.linear_model:Perceptron", "sklearn.linear_model", "'class' is written package.module:Class; it got"),
        ("sklearn.linear_model:Perceptron", "os:getcwd", "'os:getcwd' is no class."),
        ("sklearn.linear_model:Perceptron", "builtins:dict", "'dict' does not tell which parameters it takes."),
        ("sklearn.linear_model:Perceptron", "pathlib:Path", "its class takes no parameter 'alpha'; it takes args"),
        ('name = "perceptron"', 'name = "logistic"', "there is one of this name."),
        ('name = "perceptron"', 'name = "Per ceptron"', "its name is lower case, of letters, digits and underscores."),
        ('tasks = ["binary", "multiclass"]', 'tasks = ["guessing"]', "'tasks' holds some of binary, multiclass"),
        ("rank = 2", "rank = 20", "'rank' goes from 0, easy to read, to 9."),
        ("rank = 2", "magic = 2", "'magic' is no key that it may have."),
        ("default = 0.0001", "default = 7.0", "Parameter 'alpha' of 'perceptron' takes a number from 1e-08 to 1"),
        ("alpha = [0.001, 0.01]", "alpha = [5.0]", "Parameter 'alpha' of 'perceptron' takes a number from 1e-08 to 1"),
        (
            "alpha = [0.001, 0.01]",
            "beta = [5.0]",
            "'grid' holds lists of values of its parameters; it got beta = [5.0].",
        ),
        ('kind = "number"\ndefault = 0.0001', 'kind = "code"', "parameter 'alpha' is one of integer, number, boolean"),
        ("shuffle = true", "shuffled = true", "its class takes no parameter 'shuffled'"),
        ('label = "Perceptron"', "label = 5", "it needs 'label', of type str."),
        ('choices = ["l1", "l2"]', "choices = 5", "it holds a wrong value: 'int' object is not iterable."),
        ("low = 1e-8", 'low = "little"', "it holds a wrong value: "),
        ('tasks = ["binary", "multiclass"]', "tasks = [[1]]", "it holds a wrong value: "),
    ],
)
def test_a_wrong_entry_is_left_out_in_a_sentence_and_the_others_stay(
    site_file: Path, was: str, becomes: str, sentence: str
) -> None:
    assert was in GOOD
    site_file.write_text(GOOD.replace(was, becomes, 1))

    (problem,) = site_problems()

    assert sentence in problem
    assert "is left out: " in problem
    assert "settings.toml" in problem
    assert "perceptron" not in [algorithm.name for algorithm in algorithms_of(Task.BINARY)]
    assert "binarize" in TRANSFORMERS


def test_a_class_that_cannot_be_made_is_left_out_in_a_sentence(site_file: Path) -> None:
    site_file.write_text(GOOD.replace("sklearn.preprocessing:Binarizer", "sklearn.feature_selection:SelectFromModel"))

    (problem,) = site_problems()

    assert "'binarize' of transformers is left out: its class cannot be made of the defaults: TypeError: " in problem
    assert "binarize" not in TRANSFORMERS
    assert algorithm_named("perceptron", Task.BINARY)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[[algorithms", "cannot be read, so nothing of it is used"),
        ("[database]\nurl = 1", "holds 'database', so nothing of it is used; it may hold [[algorithms]], [[transf"),
        ("algorithms = 5", "holds 'algorithms' in a wrong shape, so nothing of it is used: write [[algorithms]]."),
    ],
)
def test_a_file_that_cannot_be_read_stops_nothing(site_file: Path, content: str, sentence: str) -> None:
    site_file.write_text(content)

    (problem,) = site_problems()

    assert sentence in problem
    assert len(algorithms_of(Task.BINARY)) > 12
