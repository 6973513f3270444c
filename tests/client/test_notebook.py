"""docs/notebook.ipynb is executed on a live server, and shows what it stores. `make notebook` stores it anew."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"
STORES = bool(os.environ.get("MMS_STORE_NOTEBOOK"))

EXECUTE = """
import sys
import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

notebook = nbformat.read(sys.stdin, as_version=4)
manager = AsyncKernelManager(kernel_name="python3", transport="ipc", ip=sys.argv[1] + "/kernel")
NotebookClient(notebook, km=manager, timeout=300, coalesce_streams=True, record_timing=False).execute()
notebook.metadata.pop("language_info", None)
nbformat.write(notebook, sys.stdout)
"""
"""In a process of its own, whose event loop and sockets end with it."""


@pytest.mark.slow
def test_the_notebook_runs_and_shows_what_it_stores(live: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = nbformat.read(NOTEBOOK, as_version=4)

    executed = _executed(stored, live, tmp_path)

    if STORES:
        nbformat.write(executed, NOTEBOOK)
    assert [shape(cell) for cell in executed.cells] == [shape(cell) for cell in nbformat.read(NOTEBOOK, 4).cells]


def test_the_stored_notebook_is_executed_in_order_and_names_no_place_of_a_machine() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    shown = nbformat.writes(notebook)

    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not any(output.output_type == "error" for cell in code for output in cell.outputs)
    assert not re.search(r"/(home|root|tmp|work|usr|Users)/|127\.0\.0\.1:(?!8501)", shown)


def _executed(notebook: Any, url: str, folder: Path) -> Any:
    """A copy with fresh outputs; its kernel is spoken to through files of `folder`, not through the network."""
    names = ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR")
    environment = {**os.environ, "MMS_URL": url, "JUPYTER_PLATFORM_DIRS": "1"}
    environment |= {name: str(folder / name.lower()) for name in names}
    command = [sys.executable, "-c", EXECUTE, str(folder)]
    done = subprocess.run(
        command, input=nbformat.writes(notebook), cwd=ROOT, env=environment, capture_output=True, text=True, timeout=400
    )
    assert done.returncode == 0, done.stderr
    return nbformat.reads(done.stdout, as_version=4)


def shape(cell: Any) -> tuple[Any, ...]:
    """What a cell shows, without the numbers: the kinds of its outputs, and the columns and rows of tables."""
    outputs = cell.get("outputs", ())
    return cell.source, [(one.output_type, *map(_table, one.get("data", {}).items())) for one in outputs]


def _table(item: tuple[str, Any]) -> tuple[str, list[str], int]:
    kind, content = item
    heads = _Heads()
    if kind == "text/html":
        heads.feed(content)
    return kind, heads.columns, heads.rows


class _Heads(HTMLParser):
    """The columns of an HTML table, and how many rows it has."""

    def __init__(self) -> None:
        super().__init__()
        self.columns: list[str] = []
        self.rows = 0
        self._is_head = self._in_cell = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """Count rows, and see where the head begins."""
        self._is_head = tag == "thead" or self._is_head
        self._in_cell = tag == "th"
        self.rows += tag == "tr"

    def handle_endtag(self, tag: str) -> None:
        """See where the head ends."""
        self._is_head = self._is_head and tag != "thead"
        self._in_cell = False

    def handle_data(self, data: str) -> None:
        """Keep the words of the head."""
        if self._is_head and self._in_cell:
            self.columns.append(data)
