"""Values as files that several processes read at once: a pickle, and behind it the arrays as they lie in memory.

A reader maps the arrays instead of copying them, so one page cache serves all processes. They are read-only.
"""

import mmap
import pickle
from pathlib import Path
from struct import Struct
from typing import Any

_ALIGNED = 64
"""Bytes: arrays begin where vector instructions like it."""

_SMALL = 4096
"""Bytes: smaller arrays stay in the pickle."""

_NUMBER = Struct("<q")


def write(value: Any, path: Path) -> int:
    """Write a value; return the file's size in bytes. What the file held before is replaced."""
    arrays: list[memoryview] = []

    def beside(buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if raw.nbytes < _SMALL:
            return True
        arrays.append(raw)
        return False

    head = pickle.dumps(value, protocol=5, buffer_callback=beside)
    sizes = [len(head), *(array.nbytes for array in arrays)]
    with path.open("wb") as file:
        file.writelines(_NUMBER.pack(number) for number in (len(sizes), *sizes))
        for block in (memoryview(head), *arrays):
            file.write(b"\0" * (-file.tell() % _ALIGNED))
            file.write(block)
        return file.tell()


def read(path: Path) -> Any:
    """The value, its arrays mapped and read-only; for files of ours only, for it unpickles."""
    with path.open("rb") as file:
        view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    (count,) = _NUMBER.unpack_from(view)
    blocks, begin = [], (count + 1) * _NUMBER.size
    for i in range(count):
        (size,) = _NUMBER.unpack_from(view, (i + 1) * _NUMBER.size)
        begin += -begin % _ALIGNED
        blocks.append(view[begin : begin + size])
        begin += size
    return pickle.loads(blocks[0], buffers=blocks[1:])
