"""Where a model comes from, and where it sat."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mms.domain.cards import ModelCard
from mms.domain.markdown import safe_markdown
from mms.domain.promotions import GLOBAL, Promotion
from mms.domain.scopes import scope_words
from pages.parts.formatting import size, time_column


def lineage(card: ModelCard) -> None:
    """Snapshot, run, code version, environment, who and when."""
    model, run, snapshot, ranked = card.model, card.run, card.snapshot, card.model.ranked
    data = (
        f"{snapshot.name}, {snapshot.row_count:,} rows" if snapshot else f"snapshot {ranked.snapshot_id}, deleted since"
    )
    packages = [f"{name} {version}" for name, version in model.environment.items() if name != "mms"]
    facts = {
        "Snapshot": data,
        "Folds": snapshot.fold_plan.words if snapshot else "",
        "Scope": "" if ranked.scope == GLOBAL else scope_words(ranked.scope),
        "Run": f"run {run.number} ({run.kind.value}), launched by {run.launched_by}",
        "Built": f"{ranked.created_at:%Y-%m-%d %H:%M} UTC for {ranked.owner}",
        "Seed": str(model.seed),
        "Triple": model.triple.hash,
        "Artifact": f"{size(ranked.artifact_size)}, SHA-256 {model.artifact_sha}",
        "Code": f"MMS {model.environment['mms']}" if "mms" in model.environment else "",
        "Environment": ", ".join(packages),
    }
    frame = pd.DataFrame([{"what": k, "value": v} for k, v in facts.items() if v])
    st.dataframe(frame, hide_index=True, height="content", alt="where this model comes from")
    row = st.container(horizontal=True)
    if model.parent_id is not None:
        label = f"The model it is a new version of ({run.kind.value})"
        row.page_link("model.py", label=label, query_params={"id": str(model.parent_id)})
    row.page_link("runs.py", label=f"Open run {run.number}", query_params={"run": str(run.id)})
    if snapshot:
        row.page_link(
            "models.py", label="Models of this snapshot", query_params={"where": f"snapshot = {snapshot.number}"}
        )


def history(card: ModelCard) -> None:
    """What it replaced and what replaced it, with the ledger's own words."""
    if not card.history:
        st.info("This model never was champion. Promote it to let it answer.")
        return
    for one in card.history:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(safe_markdown(one.words), width="content")
            for label, other in (("Before", one.before), ("After", one.after)):
                if other is not None:
                    name = f"{label}: v{other.model_version}"
                    st.page_link("model.py", label=name, query_params={"id": str(other.model_id)})
    st.dataframe(
        promotion_frame([one.promotion for one in card.history]), hide_index=True,
        alt=f"seatings of {card.model.ranked.name}", column_config={"when": time_column("when")},
    )  # fmt: skip


def promotion_frame(ledger: Sequence[Promotion]) -> pd.DataFrame:
    """The ledger as people read it."""
    return pd.DataFrame(
        [
            {
                "when": p.promoted_at,
                "scope": p.scope,
                "champion": f"v{p.model_version}",
                "seated by": p.promoted_by,
                "reason": p.reason,
                "verdict": ("against the advice: " if p.against_advice else "") + p.verdict,
            }
            for p in ledger
        ],
        columns=["when", "scope", "champion", "seated by", "reason", "verdict"],
    )
