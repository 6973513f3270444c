"""The crew of processes on this machine: joblib's loky, one thread each; values travel as mapped files."""

import multiprocessing
import os
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future
from itertools import count
from multiprocessing import forkserver
from pathlib import Path
from shutil import rmtree
from typing import Any

from joblib.externals.loky.process_executor import ProcessPoolExecutor

from mms.ml.crew import Kept, spool
from mms.settings import ONE_THREAD

_PRELOADED = "mms.ml.sharing.fits"
"""What a fork server imports once for all workers: they start in a moment, and share its memory."""

_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"

_LOADED = 3
"""Values that a worker holds for its next call: most calls use the same matrix as the one before."""

_loaded: OrderedDict[Path, Any] = OrderedDict()


class Loky:
    """workers: processes. folder: of this job alone, for values; it is emptied at the beginning and gone at the end."""

    def __init__(self, workers: int, folder: Path) -> None:
        rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.workers = workers
        self._folder, self._names = folder, count()
        self._executor = _executor(workers)

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """In whichever process is free."""
        future: Future[Any] = self._submitted(_called, function, args)
        return future

    def keep(self, function: Callable[..., Any], *args: Any) -> "Future[Kept]":
        """In whichever process is free; it writes the answer to a file."""
        future: Future[Kept] = self._submitted(_filed, self._path(), function, args)
        return future

    def share(self, value: Any) -> Kept:
        """As a file."""
        path = self._path()
        return Kept(path, spool.write(value, path))

    def fetch(self, kept: Kept) -> Any:
        """Mapped."""
        return spool.read(kept.where)

    def drop(self, kept: Kept) -> None:
        """The file goes; whoever has mapped it reads on."""
        kept.where.unlink(missing_ok=True)

    def close(self) -> None:
        """Kill the processes; the folder goes."""
        self._executor.shutdown(kill_workers=True)
        rmtree(self._folder, ignore_errors=True)

    def _path(self) -> Path:
        return self._folder / str(next(self._names))

    def _submitted(self, *call: Any) -> Any:
        try:
            return self._executor.submit(*call)
        except BrokenExecutor:
            self._executor.shutdown(kill_workers=True)
            self._executor = _executor(self.workers)
            return self._executor.submit(*call)


def preload() -> None:
    """Have a server stand by from which the first crew's processes are forked; it imports what they need meanwhile."""
    os.environ.update(ONE_THREAD)  # read by whatever starts from here; this process has read it long ago
    if _METHOD == "forkserver":
        forkserver.set_forkserver_preload([_PRELOADED])
        forkserver.ensure_running()


def _executor(workers: int) -> Any:
    preload()
    return ProcessPoolExecutor(workers, context=multiprocessing.get_context(_METHOD))


def _called(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    return function(*(_read(a.where) if isinstance(a, Kept) else a for a in args))


def _filed(path: Path, function: Callable[..., Any], args: tuple[Any, ...]) -> Kept:
    return Kept(path, spool.write(_called(function, args), path))


def _read(path: Path) -> Any:
    if path not in _loaded:
        _loaded[path] = spool.read(path)
        while len(_loaded) > _LOADED:
            _loaded.popitem(last=False)
    _loaded.move_to_end(path)
    return _loaded[path]
