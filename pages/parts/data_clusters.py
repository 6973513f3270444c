"""Clusters that were found: a table, the plane, and the way to keep one as a segment."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from mms.charts import clusters as chart
from mms.domain.clusterings import Cluster, Clustering
from mms.domain.members import Member
from mms.domain.projects import Project
from pages.parts.data_segments import keep_cluster


def found_clusters(member: Member, project: Project, found: Mapping[int, Clustering]) -> None:
    """One clustering of several, the newest first. found: by id, each with its structure."""
    chosen = found[st.selectbox("Found", list(found), format_func=lambda i: found[i].name, key="clustering")]
    structure = chosen.structure
    assert structure is not None
    st.table(_frame(structure.clusters))  # not a data frame: its cells wrap, and these are long
    keep_cluster(member, project, structure.clusters, key=str(chosen.id))
    st.plotly_chart(chart.figure(structure), alt=chart.words(structure), key="clusters")
    st.caption(chart.words(structure))


def _frame(clusters: Sequence[Cluster]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Cluster": [str(one.number + 1) for one in clusters],
            "Rows": [f"{one.rows:,} ({one.share:.0%})" for one in clusters],
            "Separation": ["–" if one.silhouette is None else f"{one.silhouette:.2f}" for one in clusters],
            "Set apart by": ["; ".join(trait.words for trait in one.traits) or "nothing much" for one in clusters],
            "Target": [
                ", ".join(f"{name} {_share(name, value)}" for name, value in one.target.items()) for one in clusters
            ],
            "As a rule": [
                "–"
                if one.rule is None
                else f"{one.rule.words} (covers {one.rule.covered:.0%}, {one.rule.pure:.0%} pure)"
                for one in clusters
            ],
        }
    )


def _share(name: str, value: float) -> str:
    return f"{value:.4g}" if name == "mean" else f"{value:.0%}"
