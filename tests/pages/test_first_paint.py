"""A later start is quick: what the first page imports is light."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

_IMPORTS = """
import ast, importlib, sys
for page in ("pages/main.py", "pages/health.py"):
    for node in ast.parse(open(page).read()).body:
        if isinstance(node, ast.ImportFrom):
            importlib.import_module(node.module)
print([name for name in ("sklearn", "scipy", "matplotlib", "fastapi") if name in sys.modules])
"""


@pytest.mark.slow
def test_the_first_page_does_not_wait_for_scikit_learn() -> None:
    told = subprocess.run([sys.executable, "-c", _IMPORTS], cwd=ROOT, capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"
