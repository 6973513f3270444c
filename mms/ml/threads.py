"""One thread for everything that computes: threads that wait for each other cost more than they give."""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext

from threadpoolctl import threadpool_limits

ONE_THREAD: Mapping[str, str] = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)
"""The environment of a process that computes; it counts only where it is set before numpy is imported."""

_BORN_SO = all(os.environ.get(name) == value for name, value in ONE_THREAD.items())


def one_thread() -> AbstractContextManager[object]:
    """Inner threads fixed at 1 for a while; nothing to do in a process that was started so."""
    return nullcontext() if _BORN_SO else threadpool_limits(limits=1)
