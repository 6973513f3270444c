"""MMS from Python, over REST: `connect(url)` gives a client. Needs no database and no Streamlit on this machine."""

from mms.client.models import Model
from mms.client.projects import Client, Project, Snapshot, Translation, connect
from mms.client.runs import Run

__all__ = ["Client", "Model", "Project", "Run", "Snapshot", "Translation", "connect"]
