"""How to call a project's champion: the input schema, a real row, and code to copy."""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from mms.domain.cards import ModelCard, some
from mms.domain.logs import ELSEWHERE, NOT_HERE
from mms.domain.markdown import safe_markdown
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


def how_to_call(card: ModelCard, question: Question | None) -> None:
    """Code and schema. Answers come from the champion of the row's scope, which need not be this model."""
    project, model = card.project, card.model
    if model.ranked.algorithm == ELSEWHERE:
        st.info(f"There is nothing to call: {NOT_HERE}. Import what it answers by `log import`, or over REST.")
        st.header("Inputs")
        st.dataframe(input_frame(card), hide_index=True, alt="the features its log holds")
        return
    st.markdown("The server answers with the champion of the most special scope that contains the row.")
    if card.change is not None:
        st.markdown(safe_markdown(card.change.words))
    query = {"model": str(model.id)}
    st.page_link("what_if.py", label="Ask this very model", icon=":material/psychology_alt:", query_params=query)
    row = question.row if question else {"entity": {}, "features": dict(model.signature.example)}
    st.header("Shell")
    st.code(curl(address(), project, row), language="bash", wrap_lines=True)
    st.header("Python")
    st.code(python_call(address(), project, row), language="python", wrap_lines=True)
    st.header("Inputs")
    st.caption("Columns with a dot are looked up in their feature table, unless they are sent. null: not known.")
    st.dataframe(input_frame(card), hide_index=True, alt="the features this model takes")
    st.header("Outputs")
    st.dataframe(output_frame(model), hide_index=True, height="content", alt="what this model answers")


def input_frame(card: ModelCard) -> pd.DataFrame:
    """What to send: name, type, a real value, what the snapshot holds, what it means."""
    example = card.model.signature.example
    return pd.DataFrame(
        [
            {
                "feature": one.column.name,
                "type": one.column.type.value,
                "example": "null" if (value := example.get(one.column.name)) is None else str(value),
                "in the snapshot": one.range_words,
                "means": one.note.said.description if one.note else "",
            }
            for one in card.columns
        ]
    )


def output_frame(model: Model) -> pd.DataFrame:
    """What comes back in each prediction."""
    classes = some(model.signature.classes)
    kind = "numbers that sum to 1" if model.signature.probability else "squashed decision values: they only rank"
    answer = (
        [
            ("label", "text", f"one of {classes}"),
            ("probabilities", "numbers", f"for each of {classes}: {kind}"),
            ("score", "number", "the positive class's probability, of several classes the label's"),
        ]
        if classes
        else [("value", "number", "the answer")]
    )
    rows = [
        ("id", "integer", "the stored prediction: send its truth with it"),
        ("entity", "text", "the key that was asked about"),
        *answer,
        ("model, version, scope", "integer, integer, text", "who answered, and for which rows it is champion"),
    ]
    return pd.DataFrame(rows, columns=["field", "type", "means"])
