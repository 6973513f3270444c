"""Fitted pipelines as files: bytes, hash, environment."""

from pathlib import Path
from typing import Any


def save_pipeline(pipeline: Any, path: Path) -> tuple[str, int]:
    """Write with joblib (compressed); return SHA-256 and size in bytes, hashed as written."""
    raise NotImplementedError


def load_pipeline(path: Path) -> Any:
    """Unpickle. The caller has checked hash and signature before."""
    raise NotImplementedError


def environment() -> dict[str, str]:
    """Versions that matter to a pickle: python, platform, scikit-learn, numpy, scipy, pandas, joblib, mms."""
    raise NotImplementedError


def check_environment(trained: dict[str, str]) -> None:
    """Conflict when scikit-learn differs in its minor version from the one that trained the artifact."""
    raise NotImplementedError
