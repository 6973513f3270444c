"""How to call a project's champion: the input schema, a real row, and code to copy."""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from mms.domain.models import Model
from mms.domain.projects import Project
from pages.parts.question import Question


def curl(address: str, project: Project, row: Mapping[str, Any]) -> str:
    """A POST of one question as one shell command."""
    return _post(f"{address}/api/v1/projects/{project.id}/predictions", {"rows": [dict(row)]})


def python_call(address: str, project: Project, row: Mapping[str, Any]) -> str:
    """The same question with the standard library."""
    return (
        "import json\nfrom urllib.request import Request, urlopen\n\n"
        f"body = json.dumps({{'rows': [{dict(row)!r}]}}).encode()\n"
        f"request = Request('{address}/api/v1/projects/{project.id}/predictions', body,\n"
        "                  {'content-type': 'application/json'})\n"
        "print(json.load(urlopen(request)))\n"
    )


def feedback_curl(address: str, project: Project, prediction: int, truth: str) -> str:
    """A POST of one truth as one shell command."""
    body = {"rows": [{"prediction_id": prediction, "truth": truth}]}
    return _post(f"{address}/api/v1/projects/{project.id}/feedback", body)


def _post(url: str, body: Mapping[str, Any]) -> str:
    text = json.dumps(body, ensure_ascii=False, indent=1).replace("'", "'\\''")
    return f"curl -s {url} \\\n  -H 'content-type: application/json' -d '{text}'"


def address() -> str:
    """Where this server is reached, as the reader's browser reaches it."""
    url = st.context.url or "http://127.0.0.1:8501"
    return "/".join(url.split("/")[:3])


def how_to_call(project: Project, model: Model, question: Question | None) -> None:
    """Code and schema. Answers come from the champion of the row's scope, which need not be this model."""
    st.markdown("The server answers with the champion of the most special scope that contains the row.")
    row = question.row if question else {"entity": {}, "features": dict(model.signature.example)}
    st.subheader("Shell")
    st.code(curl(address(), project, row), language="bash", wrap_lines=True)
    st.subheader("Python")
    st.code(python_call(address(), project, row), language="python", wrap_lines=True)
    st.subheader("Inputs")
    st.caption("Columns with a dot are looked up in their feature table, unless they are sent.")
    frame = pd.DataFrame(
        [
            {"feature": c.name, "type": c.type.value, "example": str(model.signature.example.get(c.name))}
            for c in model.signature.inputs
        ]
    )
    st.dataframe(frame, hide_index=True, alt="the features this model takes")
