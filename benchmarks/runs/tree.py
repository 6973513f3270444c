"""A process and all that it started (Linux)."""

from pathlib import Path


def descendants(pid: int, depth: int | None = None) -> list[int]:
    """Processes below one, of at most so many generations."""
    if depth == 0:
        return []
    found: list[int] = []
    for child in _children(pid):
        found += [child, *descendants(child, None if depth is None else depth - 1)]
    return found


def proportional_bytes(pids: list[int]) -> int:
    """Memory of processes; what they share is shared out among them. Those that are gone count nothing."""
    return sum(_pss(pid) for pid in pids)


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in _words(task / "children")]
    except OSError:
        return []


def _words(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except OSError:
        return []


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
