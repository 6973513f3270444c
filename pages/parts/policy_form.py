"""How a project decides: margins, what happens to a winner, and how its snapshots deal their rows."""

import streamlit as st

from mms.domain.members import Member
from mms.domain.projects import Policy, Project, PromotionPolicy, Task
from pages.parts.ageing_form import ageing_form, ageing_preview
from pages.parts.dealing_form import dealing_form


def policy_form(member: Member, project: Project) -> Policy:
    """Widgets for the policy; Invalid where folds by group lack their column."""
    own, policy = project.id, project.policy
    rules = list(PromotionPolicy)
    rule = st.selectbox(
        "When a retraining wins", rules, rules.index(policy.promotion), key=f"rule_{own}",
        format_func=lambda r: r.value, help="never, ask somebody, or promote by itself when better by the margin",
    )  # fmt: skip
    margin = st.number_input(
        "Margin", 0.0, value=policy.margin, step=0.005, format="%g", key=f"margin_{own}",
        help="by how much of the primary metric a challenger must beat the champion",
    )  # fmt: skip
    rope = st.number_input(
        "Practically equal up to", 0.0, value=policy.rope, step=0.005, format="%g", key=f"rope_{own}",
        placeholder="0.01; for numbers 1 % of the baseline",
        help="differences of the primary metric that are too small to matter: within them two models count as equal",
    )  # fmt: skip
    window = st.number_input(
        "Retraining window (days)", 1, value=policy.window_days, key=f"window_{own}", placeholder="all rows"
    )
    kept = st.number_input(
        "Keep predictions (days)", 1, value=policy.keep_rows_days, key=f"kept_{own}", placeholder="for ever",
        help="older predictions and their feedback are dropped once they are counted; the charts keep their sums",
    )  # fmt: skip
    costs = _costs(project)
    st.caption("How new snapshots deal their rows; the snapshot's form may say otherwise.")
    dealing = dealing_form(policy.dealing, f"policy_{own}", None, timed=True)
    days = None if window is None else int(window)
    rows = None if kept is None else int(kept)
    ends = ageing_form(project)
    ageing_preview(member, project, ends)
    ways = (dealing.kind, dealing.group, dealing.holdout, *costs)
    return Policy(margin, rule, days, rope, *ways, rows, ends.unused_days, ends.beaten_days, ends.purge_days)


def _costs(project: Project) -> tuple[float, float]:
    """What a false alarm and a miss cost; asked where there is a class to flag."""
    policy, own = project.policy, project.id
    if project.task is not Task.BINARY:
        return policy.false_alarm_cost, policy.miss_cost
    left, right = st.columns(2)
    alarm = left.number_input(
        "A false alarm costs", 0.0, value=policy.false_alarm_cost, format="%g", key=f"alarm_{own}",
        help="one case that was flagged wrongly, in any unit; thresholds are judged by it",
    )  # fmt: skip
    miss = right.number_input(
        "A miss costs", 0.0, value=policy.miss_cost, format="%g", key=f"miss_{own}",
        help="one case that should have been flagged, in the same unit",
    )  # fmt: skip
    return alarm, miss
