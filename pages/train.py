"""Choose what to try on a snapshot, see what it costs, launch it."""

import streamlit as st

from db.queries.runs import run_triples
from db.queries.snapshots import snapshots
from db.session import reading, transaction
from mms.domain.errors import MmsError
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.runs import Launch
from mms.domain.snapshots import Snapshot
from mms.domain.triples import Triple
from mms.usecases.runs import launch_run
from mms.usecases.spaces import Options, Plan, options_for, planned
from pages.parts.formatting import counted, seconds
from pages.parts.project import chosen_project, link_query
from pages.parts.session import current_member, id_in_url, real_now
from pages.parts.snapshot_choice import snapshot_choice
from pages.parts.space import algorithm_choices, kept_triples
from pages.parts.told import told


def render(member: Member) -> None:
    """Snapshot, algorithms with their recipes and grids, estimate, launch."""
    st.title("Train")
    project = chosen_project(member)
    if project is None:
        return
    with told(), reading() as session:
        taken = snapshots(session, project.id)
        again = id_in_url("again", "run")
        earlier = run_triples(session, again) if again is not None else []
    if not taken:
        st.markdown(f"{project.name} has no snapshot yet. Models learn from a snapshot: a frozen copy of the rows.")
        if st.button("Take a snapshot first", type="primary"):
            st.switch_page("data.py", query_params=link_query(project, tab="Snapshots"))
        return
    _compose(member, project, taken, earlier)


def _compose(member: Member, project: Project, taken: list[Snapshot], earlier: list[Triple]) -> None:
    top = st.empty()
    st.subheader("1 Snapshot")
    with told():
        snapshot = snapshot_choice(taken)
        with reading() as session:
            options = options_for(session, member, snapshot.id)
    kept = kept_triples(earlier) if earlier else []
    st.subheader("2 Algorithms, recipes and grids")
    plan = _plan(options, kept, fresh=not earlier)
    st.subheader("3 Launch")
    seed = int(st.number_input("Seed", 0, 2**31 - 1, 0, key="seed", help="the same seed gives the same run"))
    if plan is None or not plan.triples:
        top.markdown("Choose at least one algorithm.")
        st.button("Launch", type="primary", disabled=True, help="There is nothing to fit yet: choose an algorithm.")
        return
    cost = (
        f"{counted(len(plan.triples), 'triple')} and the Dummy baseline × 13 fits = {plan.fits:,} fits, "
        f"about {seconds(plan.seconds)} on one core"
    )
    top.markdown(f"This would fit {cost}.")
    if st.button(f"Launch {counted(len(plan.triples), 'triple')}", type="primary", key="launch", help=cost):
        with told(stop=False):
            with transaction() as session:
                run_id = launch_run(session, member, Launch(snapshot.id, tuple(plan.triples), seed=seed), real_now())
            st.switch_page("runs.py", query_params=link_query(project, run=run_id))


def _plan(options: Options, kept: list[Triple], *, fresh: bool) -> Plan | None:
    try:
        return planned(options, algorithm_choices(options, fresh=fresh), kept)
    except MmsError as error:
        st.error(error.sentence, icon=":material/error:")
        return None


render(current_member())
