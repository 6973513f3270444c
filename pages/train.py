"""Choose what to try on a snapshot, see what it costs, launch it."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from db.queries.recipes import recipes
from db.queries.snapshots import snapshots
from db.session import reading
from mms.domain.errors import MmsError
from mms.domain.markdown import as_text
from mms.domain.members import Member, Permission
from mms.domain.projects import Project
from mms.domain.recipes import named_recipes
from mms.domain.runs import Launch
from mms.domain.snapshots import Snapshot
from mms.domain.triples import Triple
from mms.usecases.spaces import Plan, options_for, planned
from pages.parts.project import chosen_project, keep_project, link_query
from pages.parts.scope_choice import ScopeChoice, launch_chosen, planned_groups, scope_choice
from pages.parts.search_choice import neighbourhood_choice, search_choice
from pages.parts.session import current_member, real_now
from pages.parts.snapshot_choice import snapshot_choice
from pages.parts.space import algorithm_choices
from pages.parts.told import told
from pages.parts.train_cost import cost_words, why_not
from pages.parts.train_recipes import recipe_choices
from pages.parts.train_triples import Given, drafted_triples, given_triples, own_triples


@dataclass(frozen=True, slots=True)
class _Composed:
    """What the widgets say. plan, scope: None while something is wrong, which stands on the screen."""

    snapshot: Snapshot
    seed: int
    plan: Plan | None
    scope: ScopeChoice | None


def render(member: Member) -> None:
    """Snapshot, recipes, algorithms, search, launch; what it costs stands above and beside the button."""
    st.title("Train")
    with told(), reading() as session:
        given = given_triples(session)
    if given.project_id is not None:
        keep_project(given.project_id)
    project = chosen_project(member)
    if project is None:
        return
    with told(), reading() as session:
        taken = snapshots(session, project.id)
    if not taken:
        st.markdown(
            f"{as_text(project.name)} has no snapshot yet. Models learn from a snapshot: a frozen copy of the rows."
        )
        if st.button("Take a snapshot first", type="primary"):
            st.switch_page("data.py", query_params=link_query(project, tab="Snapshots"))
        return
    if given.snapshot_id in [snapshot.id for snapshot in taken] and "snapshot" not in st.query_params:
        st.query_params["snapshot"] = str(given.snapshot_id)
    top = st.empty()
    with told():
        composed = _composed(member, taken, given)
    _launch(member, project, composed, top)


def _composed(member: Member, taken: list[Snapshot], given: Given) -> _Composed:
    st.header("1 Snapshot")
    snapshot = snapshot_choice(taken)
    with reading() as session:
        options = options_for(session, member, snapshot.id)
        named = named_recipes(recipes(session, snapshot.project_id), options.recipes)
    more: list[Triple] = []
    if listed := drafted_triples(given.triples):
        st.header("Triples of your own")
        more += own_triples(listed, options, named)
    st.header("2 Recipes")
    chosen = recipe_choices(named)
    st.header("3 Algorithms")
    plan = None
    try:
        first = [t.algorithm for t in options.first_space] if given.project_id is None else given.algorithms
        space = algorithm_choices(options, chosen, first)
        st.header("4 Search")
        seed, way = search_choice()
        more += neighbourhood_choice(options)
        plan = None if way is None else planned(options, space, more, way)
    except MmsError as error:
        seed = 0
        st.error(error.sentence, icon=":material/error:")
    st.header("5 Launch")
    return _Composed(snapshot, seed, plan, scope_choice(snapshot))


def _launch(member: Member, project: Project, composed: _Composed, top: DeltaGenerator) -> None:
    plan, scope = composed.plan, composed.scope
    why = why_not(plan, scope, may=member.may(Permission.TRAIN))
    if plan is None or scope is None or why is not None:
        top.markdown(why)
        st.button("Launch", type="primary", key="launch", disabled=True, help=why)
        st.caption(why or "")
        return
    launch = Launch(composed.snapshot.id, plan.triples, seed=composed.seed, search=plan.search)
    with told(stop=False):
        groups = planned_groups(launch, scope)
        cost, label = cost_words(plan, groups)
        top.markdown(f"This would fit {cost}.")
        for warning in plan.warnings:
            st.warning(warning, icon=":material/warning:")
        st.caption(f"{cost[0].upper()}{cost[1:]}.")
        if st.button(label, type="primary", key="launch", help=cost):
            run_ids = launch_chosen(member, launch, scope, real_now())
            query = {"run": run_ids[0]} if len(run_ids) == 1 else {}
            st.switch_page("runs.py", query_params=link_query(project, **query))


render(current_member())
