"""What other products answer, asked in their own virtual environment (`make bench-setup`), where none of ours is."""

import json
import subprocess
from pathlib import Path
from typing import Any

PYTHON = Path(__file__).parents[2] / ".venv-bench" / "bin" / "python"


def answer_of(peer: str, *words: str) -> Any:
    """The JSON that a peer's script prints; its other words go to stderr."""
    script = Path(__file__).parent / f"{peer}.py"
    done = subprocess.run([PYTHON, script, *words], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)
