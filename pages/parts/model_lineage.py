"""Where a model comes from, and where it sat."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mms.domain.models import Model
from mms.domain.promotions import GLOBAL, Promotion
from mms.domain.runs import Run
from mms.domain.scopes import scope_words
from mms.domain.snapshots import Snapshot
from pages.parts.formatting import size, time_column


def lineage(model: Model, run: Run, snapshot: Snapshot | None) -> None:
    """Snapshot, run, environment, who and when."""
    ranked = model.ranked
    data = (
        f"{snapshot.name}, {snapshot.row_count:,} rows" if snapshot else f"snapshot {ranked.snapshot_id}, deleted since"
    )
    facts = {
        "Snapshot": data,
        "Folds": snapshot.fold_plan.words if snapshot else "",
        "Scope": "" if ranked.scope == GLOBAL else scope_words(ranked.scope),
        "Run": f"run {run.number} ({run.kind.value}), launched by {run.launched_by}",
        "Built": f"{ranked.created_at:%Y-%m-%d %H:%M} UTC for {ranked.owner}",
        "Seed": str(model.seed),
        "Triple": model.triple.hash,
        "Artifact": f"{size(ranked.artifact_size)}, SHA-256 {model.artifact_sha}",
        "Environment": ", ".join(f"{name} {version}" for name, version in model.environment.items()),
    }
    frame = pd.DataFrame([{"what": k, "value": v} for k, v in facts.items() if v])
    st.dataframe(frame, hide_index=True, alt="where this model comes from")
    row = st.container(horizontal=True)
    if model.parent_id is not None:
        label = f"The model it is a new version of ({run.kind.value})"
        row.page_link("model.py", label=label, query_params={"id": str(model.parent_id)})
    row.page_link("runs.py", label=f"Open run {run.number}", query_params={"run": str(run.id)})
    if snapshot:
        row.page_link("models.py", label="Models of this snapshot", query_params={"snapshot": str(snapshot.id)})


def history(model: Model, ledger: Sequence[Promotion]) -> None:
    """Every seating of this model."""
    seatings = [p for p in ledger if p.model_id == model.id]
    if not seatings:
        st.info("This model never was champion. Promote it to let it answer.")
        return
    times = {"when": time_column("when")}
    st.dataframe(
        promotion_frame(seatings), hide_index=True, alt=f"seatings of {model.ranked.name}", column_config=times
    )


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
