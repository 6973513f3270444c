"""Objects of scikit-learn's kind as triples of a snapshot: read before a run is launched."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from db.queries.projects import get_project
from db.queries.snapshots import get_snapshot
from mms.domain.errors import NotFound
from mms.domain.members import Member, Permission
from mms.ml.translation import Translation, translated


@dataclass(frozen=True, slots=True)
class Objects:
    """What to translate. objects: descriptions, see mms.domain.objects. name: of the recipes, None: by their steps."""

    project_id: int
    snapshot_id: int
    objects: Sequence[Any]
    name: str | None = None


def translate(session: Session, member: Member, request: Objects) -> Translation:
    """The triples of described objects; Invalid names the first step that cannot be translated, and why. Reads only."""
    member.require(Permission.VIEW)
    project = get_project(session, member, request.project_id)
    snapshot = get_snapshot(session, request.snapshot_id)
    if snapshot.project_id != project.id:
        raise NotFound(f"Project '{project.name}' has no snapshot {snapshot.id}: list its snapshots.")
    return translated(request.objects, snapshot.schema, project.task, request.name)
