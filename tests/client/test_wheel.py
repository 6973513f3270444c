"""The wheel: what it holds, and that it works where there is no database and no dashboard."""

import json
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
ABSENT = ("sqlalchemy", "alembic", "streamlit", "fastapi", "uvicorn", "plotly", "psycopg", "db", "pages")
"""What a machine with the wheel alone does not have."""

SESSION = f"""
import sys
from importlib.abc import MetaPathFinder

class Absent(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {ABSENT}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
import json
import mms.client
assert not [name for name in sys.modules if name.startswith("mms.ml")]
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
frame = load_iris(as_frame=True).frame.rename_axis("flower").astype({{"target": "str"}})
with mms.client.connect(sys.argv[1]) as client:
    project = client.create_project("Flowers", frame, "target", key="flower", time="", label_time="")
    project.take_snapshot()
    run = project.launch(make_pipeline(StandardScaler(), LogisticRegression())).wait(bar=False)
    best = project.model(int(run.leaderboard().index[0]))
    right = float((best.predict(frame) == frame["target"]).mean())
    print(json.dumps({{"file": mms.client.__file__, "folds": len(best.folds()), "right": right, "repr": repr(best)}}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that no build folder is left in the clone."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT / "mms", folder / "source" / "mms", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / "source")
    build = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), "."]
    _pip(*build, cwd=folder / "source")
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.slow
def test_the_wheel_holds_the_client_and_what_fitted_pipelines_are_made_of(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        code = {name for name in archive.namelist() if name.endswith(".py")}

    parts = {tuple(Path(name).parts[:2]) for name in code}
    packages, modules = ("client", "domain", "ml"), ("__init__.py", "settings.py")
    assert parts == {("mms", name) for name in (*packages, *modules)}
    assert len(code) == sum(len(list((ROOT / "mms" / name).rglob("*.py"))) for name in packages) + len(modules)


@pytest.mark.slow
def test_the_wheel_works_without_database_and_dashboard(wheel: Path, live: str, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    _pip("--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel), cwd=tmp_path)
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))

    done = subprocess.run(
        [str(python), "-W", "error", "-c", SESSION, live], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert Path(told["file"]).is_relative_to(packages)
    assert told["folds"] == 13
    assert told["right"] > 0.9
    assert "logistic" in told["repr"]


def _pip(*words: str, cwd: Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *words]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
