"""Artifacts are written whole, hashed as written, and tied to their environment."""

import hashlib
from pathlib import Path
from pickle import PicklingError

import pytest
from sklearn.linear_model import Ridge

from mms.domain.errors import Conflict
from mms.ml.persistence import check_environment, environment, load_pipeline, save_pipeline


def test_the_hash_and_size_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "model.joblib"

    sha, size = save_pipeline(Ridge().fit([[0.0], [1.0]], [0.0, 2.0]), path)

    assert sha == hashlib.sha256(path.read_bytes()).hexdigest()
    assert size == path.stat().st_size
    assert load_pipeline(path).predict([[1.0]]) == pytest.approx([1.5], abs=0.5)


def test_equal_models_have_equal_bytes(tmp_path: Path) -> None:
    model = Ridge().fit([[0.0], [1.0]], [0.0, 2.0])

    assert save_pipeline(model, tmp_path / "a") == save_pipeline(model, tmp_path / "b")


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises((PicklingError, AttributeError)):
        save_pipeline([b"x" * 100_000, lambda: None], tmp_path / "model.joblib")

    assert list(tmp_path.iterdir()) == []


def test_the_environment_names_what_a_pickle_depends_on() -> None:
    assert set(environment()) == {
        "python", "platform", "scikit-learn", "numpy", "scipy", "pandas", "joblib", "mms",
    }  # fmt: skip
    check_environment(environment())


def test_another_minor_version_of_scikit_learn_is_refused() -> None:
    with pytest.raises(Conflict, match="trained with scikit-learn 0.24.2.*retrain it here"):
        check_environment({**environment(), "scikit-learn": "0.24.2"})


def test_another_patch_of_scikit_learn_is_fine() -> None:
    major, minor, *_ = environment()["scikit-learn"].split(".")

    check_environment({"scikit-learn": f"{major}.{minor}.99"})
