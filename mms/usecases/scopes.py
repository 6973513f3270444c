"""The rows of a scope in a snapshot, and whether they suffice for a run."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from db.queries.segments import get_segment_named
from db.queries.snapshots import snapshot_blocks, snapshot_frame
from mms.domain.errors import Invalid
from mms.domain.promotions import GLOBAL
from mms.domain.scopes import ScopeKind, scope_of, scope_words
from mms.domain.snapshots import HELD_OUT, Snapshot
from mms.domain.tables import Condition
from mms.ml.fitting import Instances
from mms.ml.folds import Split, splits
from mms.ml.scopes import scope_rows, too_few, within
from mms.settings import settings
from mms.usecases.snapshots import load_instances


def rows_of_scope(session: Session, snapshot: Snapshot, key: str) -> np.ndarray:
    """Which rows of a snapshot lie in a scope, bool, (rows,). Invalid: it holds no such column; NotFound: a segment."""
    scope = scope_of(key)
    if scope.kind is ScopeKind.GLOBAL:
        return np.ones(snapshot.row_count, dtype=bool)
    frame = snapshot_frame(session, settings().cache, snapshot)
    if scope.column is not None:
        check_column(frame, scope.column, snapshot)
    rule: tuple[Condition, ...] = ()
    if scope.kind is ScopeKind.SEGMENT:
        rule = get_segment_named(session, snapshot.project_id, scope.value).conditions
    return scope_rows(frame, scope, snapshot.entity_key, rule)


def check_scope(session: Session, snapshot: Snapshot, key: str) -> None:
    """Invalid where a run on the scope's rows could not be fitted: too few of them, or a fold without a class."""
    if key == GLOBAL:
        return
    ground = ground_of(session, snapshot)
    why = ground.why_not(rows_of_scope(session, snapshot, key))
    if why is not None:
        raise Invalid(
            f"{scope_words(key).capitalize()} are too few in {snapshot.name} for 12 folds of their own: there "
            f"{'is' if why.startswith(('no ', '1 ')) else 'are'} {why}. Choose a bigger scope or a bigger snapshot."
        )


@dataclass(frozen=True, slots=True)
class Ground:
    """A snapshot's folds, to be restricted. kept: which rows lie outside the hold-out, bool."""

    instances: Instances
    folds: Sequence[Split]
    kept: np.ndarray

    def why_not(self, inside: np.ndarray) -> str | None:
        """Why the rows inside are too few to learn from; None where they suffice. inside: bool, (rows,)."""
        rows = np.flatnonzero(inside & self.kept)
        return too_few(within(self.folds, inside), rows, self.instances.target, self.instances.task)


def ground_of(session: Session, snapshot: Snapshot) -> Ground:
    """The snapshot's rows and folds, read once."""
    instances, blocks = load_instances(session, snapshot.id), snapshot_blocks(session, snapshot)
    folds = splits(snapshot.fold_plan, blocks, instances.time, instances.label_time)
    return Ground(instances, folds, blocks != HELD_OUT)


def check_column(frame: pd.DataFrame, column: str, snapshot: Snapshot) -> None:
    """Invalid where the snapshot's frame has no such column."""
    if column not in frame.columns:
        raise Invalid(f"{snapshot.name.capitalize()} has no column '{column}'; it has {', '.join(frame.columns)}.")
