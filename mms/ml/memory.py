"""How much memory a process took, where the platform tells."""

from pathlib import Path

_CLEAR = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


class Peak:
    """By how much this process grows at most from here on. Linux: the high-water mark is reset, and read again."""

    def __init__(self) -> None:
        self._before: int | None = None
        try:
            _CLEAR.write_text("5")
            self._before = _field("VmRSS")
        except OSError:
            pass  # another platform, or it is not allowed here

    def bytes(self) -> int | None:
        """So far; None where the platform does not tell."""
        return None if self._before is None else max(0, _field("VmHWM") - self._before)


def _field(name: str) -> int:
    for line in _STATUS.read_text().splitlines():
        if line.startswith(name):
            return 1024 * int(line.split()[1])
    raise OSError(f"{_STATUS} does not tell {name}")
