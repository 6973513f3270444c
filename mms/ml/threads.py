"""One thread for everything that computes: threads that wait for each other cost more than they give."""

import os
from contextlib import AbstractContextManager, nullcontext

from threadpoolctl import threadpool_limits

from mms.settings import ONE_THREAD

_BORN_SO = all(os.environ.get(name) == value for name, value in ONE_THREAD.items())


def one_thread() -> AbstractContextManager[object]:
    """Inner threads fixed at 1 for a while; nothing to do in a process that was started so."""
    return nullcontext() if _BORN_SO else threadpool_limits(limits=1)
