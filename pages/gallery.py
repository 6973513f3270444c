"""Every picture of a model (?model=) or a snapshot (?snapshot=) as thumbnails; `?kind=` shows one large."""

import streamlit as st

from db.queries.models import get_model
from db.queries.pictures import drawable
from db.queries.projects import get_project
from db.queries.snapshots import get_snapshot
from db.session import reading
from mms.domain.members import Member
from mms.domain.subjects import Subject, SubjectKind
from pages.parts.pictures import gallery
from pages.parts.project import keep_project
from pages.parts.session import current_member, id_in_url
from pages.parts.told import told

_BACK = ("models.py", "All models")


def render(member: Member) -> None:
    """Whose pictures, how many there are, then all of them."""
    with told(back=_BACK):
        model_id, snapshot_id = id_in_url("model", "model"), id_in_url("snapshot", "snapshot")
    if model_id is None and snapshot_id is None:
        st.title("Gallery")
        st.info("Nothing is chosen. Choose a model in the model table, or a snapshot on the data page.")
        st.page_link("models.py", label="All models", icon=":material/arrow_back:")
        st.page_link("data.py", label="All data", icon=":material/arrow_back:")
        return
    with told(back=_BACK if model_id else ("data.py", "All data")), reading() as session:
        if model_id is not None:
            subject = Subject(SubjectKind.MODEL, model_id)
            model = get_model(session, model_id).ranked
            name, project_id = model.name, model.project_id
        else:
            assert snapshot_id is not None
            subject = Subject(SubjectKind.SNAPSHOT, snapshot_id)
            snapshot = get_snapshot(session, snapshot_id)
            name, project_id = snapshot.name, snapshot.project_id
        project = get_project(session, member, project_id)
        about = drawable(session, subject)
    keep_project(project.id)
    if subject.kind is SubjectKind.MODEL:
        st.page_link(
            "model.py", label=f"Model {name}", icon=":material/arrow_back:", query_params={"id": str(subject.id)}
        )
    else:
        st.page_link("data.py", label="All data", icon=":material/arrow_back:", query_params={"tab": "Snapshots"})
    st.title(f"Pictures of {name}")
    gallery(member, about, name)


render(current_member())
