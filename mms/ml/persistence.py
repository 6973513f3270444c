"""Fitted pipelines as files: bytes, hash, environment."""

import hashlib
import os
import platform
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import joblib

from mms import __version__
from mms.domain.errors import Conflict

_COMPRESSION = ("zlib", 3)
_PACKAGES = ("scikit-learn", "numpy", "scipy", "pandas", "joblib")


def save_pipeline(pipeline: Any, path: Path) -> tuple[str, int]:
    """Write with joblib (compressed); return SHA-256 and size in bytes, hashed as written.

    The file appears under its name only when it is whole and on disk.
    """
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        with unfinished.open("wb") as file:
            hashed = _Hashed(file)
            joblib.dump(pipeline, hashed, compress=_COMPRESSION)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return hashed.sha.hexdigest(), hashed.size


def dump_pipeline(pipeline: Any) -> bytes:
    """What `save_pipeline` writes."""
    buffer = BytesIO()
    joblib.dump(pipeline, buffer, compress=_COMPRESSION)
    return buffer.getvalue()


def load_pipeline(source: Path | BinaryIO) -> Any:
    """Unpickle. The caller has checked hash and signature before."""
    return joblib.load(source)


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


class _Hashed:
    """A file to write to that keeps the SHA-256 and the size of what went through."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.sha = hashlib.sha256()
        self.size = 0

    def write(self, data: Any) -> int:
        """Write bytes or any buffer of them."""
        self.sha.update(data)
        written = self._file.write(data)
        self.size += written
        return written

    def flush(self) -> None:
        """Pass on what is buffered."""
        self._file.flush()
