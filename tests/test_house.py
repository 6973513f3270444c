"""The walls of the house: who may import whom, how long things may grow, and what is never written.

The law: imports point inward. Each layer names, by prefix, what of ours and what of others it may import; the standard
library is free. Edges never import one another; composition roots import whatever they compose.
"""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

_SITE = ("mms.domain", "mms.settings", "mms.security", "mms.__version__")
_EDGE = (*_SITE, "mms.usecases", "mms.charts", "mms.reports", "db.queries", "db.session", "sqlalchemy.orm.Session")
_SCIENCE = (
    "numpy", "scipy", "pandas", "pyarrow", "sklearn", "joblib", "threadpoolctl",
    "dask", "distributed", "lightgbm", "xgboost", "optuna",
)  # fmt: skip

LAW: dict[str, tuple[str, ...]] = {
    "mms/domain/": ("mms.domain",),
    "mms/settings.py": ("mms.domain",),
    "mms/security/": ("mms.domain", "mms.security", "starlette"),
    "mms/monitoring/": ("mms.monitoring", *_SITE, "numpy", "scipy"),
    "db/": ("db", *_SITE, "mms.monitoring", "sqlalchemy", "alembic", "numpy", "pandas", "pyarrow"),
    "mms/ml/": ("mms.ml", "mms.monitoring", *_SITE, *_SCIENCE, "snowballstemmer"),
    "mms/charts/yellowbrick/": (
        "mms.charts", *_SITE, "numpy", "pandas", "plotly", "sklearn", "threadpoolctl", "matplotlib", "yellowbrick",
    ),
    "mms/charts/": ("mms.charts", *_SITE, "numpy", "pandas", "plotly"),
    "mms/reports/": ("mms.reports", "mms.charts", *_SITE, "markdown_it", "fpdf"),
    "mms/usecases/": (
        "mms.usecases", *_SITE, "mms.monitoring", "mms.ml", "db",
        "sqlalchemy", "numpy", "pandas", "pyarrow", "croniter",
    ),
    "mms/client/": ("mms.client", "mms.domain", "numpy", "pandas", "pyarrow", "sklearn", "joblib", "httpx"),
    "pages/": (*_EDGE, "pages", "streamlit", "numpy", "pandas", "plotly"),
    "mms/api/": (*_EDGE, "mms.api", "fastapi", "pydantic", "starlette", "anyio", "pandas"),
    "mms/cli/": (*_EDGE, "mms.cli", "db.migrate", "pandas"),
    "mms/front.py": ("starlette", "streamlit.file_util"),
    "mms/worker/": (*_EDGE, "mms.worker", "psutil"),
    "mms/demo/": (*_EDGE, "mms.demo", "numpy", "pandas"),
}  # fmt: skip
"""By the first prefix of the path that fits."""

ROOTS = {"app.py", "mms/__main__.py", "mms/cli/serve.py", "mms/cli/worker.py", "mms/cli/demo.py"}
"""Composition roots: they import edges, and anything else they compose."""

LINES = {"app.py": 80, "pages/": 120, "db/migrations/": sys.maxsize}
"""Lines a file may have, by the first prefix that fits; 400 elsewhere."""

FUNCTION_LINES = 50
PARAMETERS = 6

_SQL = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM|(CREATE|DROP|ALTER) TABLE|PRAGMA)\b")


def breaches(path: str, source: str) -> list[str]:
    """What a file of the product does against the house, one sentence each."""
    tree = ast.parse(source)
    found = [*_import_breaches(path, tree), *_size_breaches(path, source, tree)]
    found += [*_written_breaches(tree), *_sql_breaches(path, tree)]
    if "utils" in Path(path).with_suffix("").parts:
        found.append("is called utils: name it after its noun")
    return [f"{path}: {sentence}" for sentence in found]


def imports(tree: ast.AST) -> Iterator[str]:
    """Every imported thing by its full name, wherever in the file it is imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _import_breaches(path: str, tree: ast.AST) -> Iterator[str]:
    if path in ROOTS:
        return
    allowed = next((names for layer, names in LAW.items() if path.startswith(layer)), None)
    if allowed is None:
        if path not in ("mms/__init__.py",):
            yield "lies in no layer: find its place in the house"
        allowed = ()
    for name in imports(tree):
        is_standard = name.split(".")[0] in sys.stdlib_module_names
        if not is_standard and not any(f"{name}.".startswith(f"{prefix}.") for prefix in allowed):
            yield f"imports {name}, which its layer may not"


def _size_breaches(path: str, source: str, tree: ast.AST) -> Iterator[str]:
    limit = next((lines for prefix, lines in LINES.items() if path.startswith(prefix)), 400)
    lines = len(source.splitlines())
    if lines > limit:
        yield f"has {lines} lines, more than {limit}: split it by noun"
    if path.startswith("db/migrations/"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{node.name} has {length} lines, more than {FUNCTION_LINES}"
            names = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
            count = len([name for name in names if name not in ("self", "cls")])
            if count > PARAMETERS:
                yield f"{node.name} has {count} parameters, more than {PARAMETERS}: bundle them into a record"


def _written_breaches(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in ("eval", "exec"):
                yield f"calls {called}"
            if any(keyword.arg == "unsafe_allow_html" for keyword in node.keywords):
                yield "asks for unsafe HTML"


def _sql_breaches(path: str, tree: ast.AST) -> Iterator[str]:
    if path.startswith("db/"):
        return
    if "sqlalchemy.text" in imports(tree):
        yield "imports sqlalchemy.text: SQL is written in db only"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith((".exec_driver_sql", "sa.text")):
            yield f"calls {ast.unparse(node.func)}: SQL is written in db only"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SQL.match(node.value):
            yield f"writes SQL: {node.value[:40]!r}"


def product() -> list[Path]:
    """Every file that is run, tests and benchmarks apart."""
    folders = [path for name in ("mms", "db", "pages") for path in (ROOT / name).rglob("*.py")]
    return sorted([*ROOT.glob("*.py"), *folders])


def clashes(names: set[str]) -> set[str]:
    """Names that another module bears, which a page beside the main script would hide."""
    return names & {*sys.stdlib_module_names, *packages_distributions()}


def test_the_product_keeps_the_law_of_the_house() -> None:
    files = product()

    found = [b for path in files for b in breaches(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))]

    assert len(files) > 100
    assert found == []


def test_no_page_hides_another_module() -> None:
    names = {path.stem for path in (ROOT / "pages").iterdir() if not path.stem.startswith("__")}

    assert "main" in names
    assert clashes(names) == set()


def test_a_page_that_hides_another_module_is_found() -> None:
    assert clashes({"profile", "pandas", "models"}) == {"profile", "pandas"}


LONG = "def long() -> None:\n" + "    print()\n" * 50
MANY = "def many(a: int, b: int, c: int, d: int, *, e: int, f: int, g: int) -> None: ..."


@pytest.mark.parametrize(
    ("path", "source", "sentence"),
    [
        ("mms/domain/a.py", "import pandas", "imports pandas"),
        ("mms/domain/a.py", "from mms.settings import settings", "imports mms.settings.settings"),
        ("mms/domain/a.py", "def f():\n    from db import blobs", "imports db.blobs"),
        ("mms/domain/a.py", "from .b import c", "imports .b.c"),
        ("mms/settings.py", "from mms.ml.folds import blocks", "imports mms.ml.folds.blocks"),
        ("db/queries/a.py", "import mms.ml.folds", "imports mms.ml.folds"),
        ("db/a.py", "from sklearn import metrics", "imports sklearn.metrics"),
        ("mms/ml/a.py", "from db.session import reading", "imports db.session.reading"),
        ("mms/ml/a.py", "import streamlit as st", "imports streamlit"),
        ("mms/charts/a.py", "from mms.ml import metrics", "imports mms.ml.metrics"),
        ("mms/charts/a.py", "import matplotlib.pyplot as plt", "imports matplotlib.pyplot"),
        ("mms/reports/a.py", "from mms.usecases.models import load_model", "imports mms.usecases.models.load_model"),
        ("mms/usecases/a.py", "from mms.charts.roc import roc", "imports mms.charts.roc.roc"),
        ("mms/usecases/a.py", "import streamlit", "imports streamlit"),
        ("pages/a.py", "from mms.api.app import create_api", "imports mms.api.app.create_api"),
        ("pages/a.py", "from mms.ml.folds import blocks", "imports mms.ml.folds.blocks"),
        ("pages/a.py", "from db.models import Model", "imports db.models.Model"),
        ("pages/a.py", "from sqlalchemy import select", "imports sqlalchemy.select"),
        ("mms/api/a.py", "from pages.parts.told import told", "imports pages.parts.told.told"),
        ("mms/cli/models.py", "from mms.worker.supervisor import run", "imports mms.worker.supervisor.run"),
        ("mms/worker/a.py", "from mms.demo.load import load_demo", "imports mms.demo.load.load_demo"),
        ("mms/client/a.py", "from mms.usecases.models import load_model", "imports mms.usecases.models.load_model"),
        ("mms/other.py", "", "lies in no layer"),
        ("mms/domain/utils.py", "", "is called utils"),
        ("mms/ml/utils/a.py", "", "is called utils"),
        ("app.py", "#\n" * 81, "has 81 lines, more than 80"),
        ("pages/a.py", "#\n" * 121, "has 121 lines, more than 120"),
        ("mms/domain/a.py", "#\n" * 401, "has 401 lines, more than 400"),
        ("mms/domain/a.py", LONG, "long has 51 lines"),
        ("mms/domain/a.py", MANY, "many has 7 parameters"),
        ("pages/a.py", "st.markdown('<b>', unsafe_allow_html=True)", "asks for unsafe HTML"),
        ("mms/domain/a.py", "eval('1')", "calls eval"),
        ("mms/usecases/a.py", "session.execute(sa.text('x'))", "calls sa.text"),
        ("mms/usecases/a.py", "from sqlalchemy import text", "imports sqlalchemy.text"),
        ("mms/usecases/a.py", "x = 'SELECT id FROM model'", "writes SQL"),
        ("mms/usecases/a.py", "connection.exec_driver_sql(x)", "calls connection.exec_driver_sql"),
    ],
)
def test_a_breach_is_found(path: str, source: str, sentence: str) -> None:
    (found,) = breaches(path, source)

    assert found.startswith(f"{path}: {sentence}")


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("mms/domain/a.py", "import json\nfrom mms.domain.errors import Invalid"),
        ("db/a.py", "import sqlalchemy as sa\nsa.text('SELECT 1')"),
        ("mms/charts/yellowbrick/a.py", "import matplotlib\nimport yellowbrick.classifier"),
        ("pages/a.py", "from sqlalchemy.orm import Session\nfrom db.queries.models import best_models\nst.text('SQL')"),
        ("mms/cli/serve.py", "import uvicorn\nfrom mms.api.app import create_api"),
        ("db/migrations/versions/0001_first.py", "#\n" * 500),
    ],
)
def test_what_the_law_allows_is_not_found(path: str, source: str) -> None:
    assert breaches(path, source) == []
