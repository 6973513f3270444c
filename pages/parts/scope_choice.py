"""Which rows a run learns from: all, a scope's, or those of each group in a run of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import streamlit as st

from db.queries.segments import segments
from db.session import reading, transaction
from mms.domain.members import Member
from mms.domain.promotions import GLOBAL
from mms.domain.runs import Launch
from mms.domain.scopes import FanOut, ScopeKind, scope_of
from mms.domain.snapshots import Snapshot
from mms.usecases.fan_out import fan_out, group_sizes, planned_fan_out
from mms.usecases.runs import launch_run
from pages.parts.formatting import counted

_ALL, _GROUP, _EACH, _SEGMENT, _USER = (
    "all rows",
    "one group",
    "each group, a run of its own",
    "a segment",
    "one entity",
)


@dataclass(frozen=True, slots=True)
class ScopeChoice:
    """What was chosen. column: fan out over its groups with at least `minimum_rows` rows; None: one run in `scope`."""

    scope: str = GLOBAL
    column: str | None = None
    minimum_rows: int = 0


def scope_choice(snapshot: Snapshot) -> ScopeChoice | None:
    """Widgets for whose rows a run learns from; None while something is missing, which the widgets say."""
    with reading() as session:
        named = [segment.name for segment in segments(session, snapshot.project_id)]
    kinds = [_ALL, _GROUP, _EACH, *([_SEGMENT] if named else []), *([_USER] if snapshot.entity_key else [])]
    row = st.columns(3)
    kind = row[0].selectbox(
        "Learn from", kinds, key="scope_kind", bind="query-params", help="a scope's model answers for its rows only"
    )
    if kind == _ALL:
        return ScopeChoice()
    if kind == _SEGMENT:
        segment = row[1].selectbox("Segment", named, key="scope_segment", bind="query-params")
        return ScopeChoice(f"segment:{segment}")
    if kind == _USER:
        entity = row[1].text_input(
            "Entity", key="scope_user", bind="query-params", help=f"its {', '.join(snapshot.entity_key)}, joined by |"
        )
        return ScopeChoice(f"user:{entity.strip()}") if entity.strip() else None
    column = row[1].selectbox("Grouped by", group_columns(snapshot), key="scope_column", bind="query-params")
    if column is None:
        return None
    if kind == _EACH:
        least = row[2].number_input(
            "At least rows", 24, value=200, key="scope_rows", bind="query-params", help="smaller groups get no run"
        )
        return ScopeChoice(column=column, minimum_rows=int(least))
    sizes = _sizes(snapshot.id, column)
    value = row[2].selectbox("Group", list(sizes), key="scope_value", bind="query-params", help="the biggest first")
    if value is None:
        return None
    row[2].caption(counted(sizes[value], "row"))
    return ScopeChoice(f"group:{column}={value}")


def scope_address(key: str) -> dict[str, str]:
    """What the address of the training page says of a scope."""
    scope = scope_of(key)
    own = {
        ScopeKind.GROUP: {"scope_kind": _GROUP, "scope_column": scope.column or "", "scope_value": scope.value},
        ScopeKind.SEGMENT: {"scope_kind": _SEGMENT, "scope_segment": scope.value},
        ScopeKind.USER: {"scope_kind": _USER, "scope_user": scope.value},
    }
    return own.get(scope.kind, {})


def group_columns(snapshot: Snapshot) -> list[str]:
    """Columns that group rows: words, whole numbers, flags, the entity key and the group of the folds."""
    few = {column.name for column in snapshot.profile.columns if 1 < column.distinct <= max(2, snapshot.row_count // 4)}
    own = [column.name for column in snapshot.schema if column.name in few and column.type.value in _GROUPING]
    return list(dict.fromkeys([*own, *snapshot.entity_key, *filter(None, [snapshot.fold_plan.group])]))


_GROUPING = ("category", "integer", "boolean", "text")


@st.cache_data(max_entries=64, show_spinner=False)
def _sizes(snapshot_id: int, column: str) -> Mapping[str, int]:
    """The 500 biggest groups, a snapshot never changes."""
    with reading() as session:
        return dict(list(group_sizes(session, snapshot_id, column).items())[:500])


def planned_groups(launch: Launch, choice: ScopeChoice) -> FanOut | None:
    """What the click would launch for a fan-out (its `words` say it); None for a single run. Invalid as the launch."""
    if choice.column is None:
        return None
    with reading() as session:
        return planned_fan_out(session, launch, choice.column, choice.minimum_rows)


def launch_chosen(member: Member, launch: Launch, choice: ScopeChoice, now: datetime) -> list[int]:
    """Launch what was chosen; return the ids of the runs."""
    with transaction() as session:
        if choice.column is None:
            return [launch_run(session, member, replace(launch, scope=choice.scope), now)]
        return fan_out(session, member, launch, choice.column, choice.minimum_rows, now)
