"""Fitted pipelines as files: bytes, hash, environment."""

import pickle
import platform
from functools import cache
from gzip import GzipFile
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import joblib

from mms import __version__
from mms.domain.errors import Conflict

_COMPRESSION = 3
"""Of 9: more takes long and saves little."""
_PACKAGES = ("scikit-learn", "numpy", "scipy", "pandas", "joblib")


def dump_pipeline(pipeline: Any) -> bytes:
    """As `joblib.load` reads it, compressed: pickled by the interpreter, which is many times as fast as joblib.dump
    where a pipeline holds many words, and writes arrays without a copy too."""
    buffer = BytesIO()
    with GzipFile(fileobj=buffer, mode="wb", compresslevel=_COMPRESSION, mtime=0) as file:
        pickle.dump(pipeline, file, protocol=5)
    return buffer.getvalue()


def load_pipeline(source: Path | BinaryIO) -> Any:
    """Unpickle. The caller has checked hash and signature before."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            return load_pipeline(file)
    is_gzip = source.read(2) == b"\x1f\x8b"
    source.seek(0)
    if is_gzip:
        return pickle.load(GzipFile(fileobj=source))
    return joblib.load(source)  # an artifact of an older version


@cache
def environment() -> dict[str, str]:
    """Versions that matter to a pickle: python, platform, scikit-learn, numpy, scipy, pandas, joblib, mms."""
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()}-{platform.machine()}",
        **{name: version(name) for name in _PACKAGES},
        "mms": __version__,
    }


def check_environment(trained: dict[str, str]) -> None:
    """Conflict when scikit-learn differs in its minor version from the one that trained the artifact."""
    theirs, ours = trained.get("scikit-learn", "unknown"), version("scikit-learn")
    if _minor(theirs) != _minor(ours):
        raise Conflict(
            f"The model was trained with scikit-learn {theirs}, and this is scikit-learn {ours}: "
            "retrain it here, or install the version that trained it."
        )


def _minor(text: str) -> tuple[str, ...]:
    return tuple(text.split(".")[:2])
