"""Artifacts come back as they went, and are tied to their environment."""

from io import BytesIO
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.linear_model import Ridge

from mms.domain.errors import Conflict
from mms.ml.persistence import check_environment, dump_pipeline, environment, load_pipeline


def test_a_pipeline_comes_back_and_joblib_reads_it_too() -> None:
    artifact = dump_pipeline(Ridge().fit([[0.0], [1.0]], [0.0, 2.0]))

    for loaded in (load_pipeline(BytesIO(artifact)), joblib.load(BytesIO(artifact))):
        assert loaded.predict([[1.0]]) == pytest.approx([1.5], abs=0.5)


def test_an_artifact_that_joblib_wrote_is_read(tmp_path: Path) -> None:
    model = Ridge().fit(np.arange(6.0).reshape(3, 2), [0.0, 2.0, 3.0])
    joblib.dump(model, tmp_path / "model.joblib", compress=("zlib", 3))

    assert np.array_equal(load_pipeline(tmp_path / "model.joblib").coef_, model.coef_)


def test_arrays_of_every_order_come_back_writable_and_equal() -> None:
    whole = np.arange(60_000.0).reshape(300, 200)
    arrays = [whole, np.asfortranarray(whole), whole[::2], whole.T, whole[:0]]

    loaded = load_pipeline(BytesIO(dump_pipeline(arrays)))

    for one, other in zip(arrays, loaded, strict=True):
        assert np.array_equal(one, other)
        assert other.flags.writeable


def test_equal_models_have_equal_bytes() -> None:
    model = Ridge().fit([[0.0], [1.0]], [0.0, 2.0])

    assert dump_pipeline(model) == dump_pipeline(model)


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
