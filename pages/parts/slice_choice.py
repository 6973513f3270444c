"""Which slice: the rule of a link, a segment of the project, or one value of a column."""

from typing import Any

import streamlit as st

from db.queries.segments import segments
from db.queries.snapshots import get_snapshot
from db.session import reading
from mms.domain.projects import Project
from mms.domain.segments import conditions_to_json, rule_words
from mms.domain.slice_board import rule_from_text
from mms.domain.tables import Condition, Operator, typed_value

_LINK, _SEGMENT, _VALUE = "The rule of the link", "A segment", "A value of a column"


def chosen_rule(project: Project, snapshot_id: int) -> list[Any]:
    """The conditions as JSON (see `conditions_to_json`), [] while there are none to choose. Invalid: a broken link."""
    with reading() as session:
        kept = {segment.name: segment.conditions for segment in segments(session, project.id)}
        snapshot = get_snapshot(session, snapshot_id)
    text = st.query_params.get("rule")
    linked = rule_from_text(text) if text else ()
    tops = {p.name: [value for value, _ in p.top] for p in snapshot.profile.columns if p.top}
    features = {c.name: c for c in snapshot.schema if tops.get(c.name)}
    ways = [_LINK] * bool(linked) + [_SEGMENT] * bool(kept) + [_VALUE] * bool(features)
    if not ways:
        st.info("There is no slice to choose: make a segment on the page Data, or open an error slice of a model.")
        return []
    way = st.radio("Slice", ways, horizontal=True, key="way", bind="query-params")
    if way == _LINK:
        return conditions_to_json(linked)
    if way == _SEGMENT:
        name = str(st.selectbox("Segment", list(kept), key="segment", bind="query-params"))
        st.caption(rule_words(kept[name]))
        return conditions_to_json(kept[name])
    left, right = st.columns(2)
    column = str(left.selectbox("Column", list(features), key="column", bind="query-params"))
    value = str(right.selectbox("Value", tops[column], key="value", bind="query-params"))
    return conditions_to_json([Condition(column, Operator.EQ, typed_value(features[column], value))])
