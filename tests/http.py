"""Starlette's test client, for all tests that speak HTTP without a port."""

import warnings

from starlette.exceptions import StarletteDeprecationWarning

with warnings.catch_warnings():
    warnings.simplefilter("ignore", StarletteDeprecationWarning)  # it works with httpx, and prefers its successor
    from starlette.testclient import TestClient

__all__ = ["TestClient"]
