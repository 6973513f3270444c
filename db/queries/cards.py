"""Everything that is known of one model."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Artifact
from db.models import Bucket as BucketRow
from db.models import Model as ModelRow
from db.queries.column_notes import column_notes
from db.queries.decay import DecayView, decay_page
from db.queries.folds import importances_frame
from db.queries.models import best_models, get_model
from db.queries.projects import get_project
from db.queries.promotions import Champion, champions, promotions
from db.queries.runs import get_run
from db.queries.snapshots import get_snapshot
from db.queries.tables import feature_tables, find_instance_table
from db.queries.tags import tags_of
from mms.domain.cards import DAYS, DecayState, ModelCard, SchemaChange, UsedColumn, schema_change, successions
from mms.domain.column_notes import place_of
from mms.domain.errors import NotFound
from mms.domain.members import Member
from mms.domain.models import Model, RankedModel, Signature
from mms.domain.projects import Project
from mms.domain.promotions import Promotion
from mms.domain.scopes import scope_words
from mms.domain.snapshots import Snapshot
from mms.domain.triples import BASELINE

LEDGER = 10_000
"""Promotions that are read for who came before and after."""

WEIGHTS = 15
"""Features that a card names."""


def model_card(session: Session, member: Member, model_id: int, now: datetime) -> ModelCard:
    """The card of a live model that the member may see. `now` is the real time; the project's present follows."""
    model = get_model(session, model_id)
    project = get_project(session, member, model.ranked.project_id)
    present = project.present(now)
    seated = champions(session, project.id)
    seats = tuple(seat.promotion for seat in seated if seat.model.id == model.id)
    snapshot = find_snapshot_of(session, model)
    return ModelCard(
        model=model,
        project=project,
        tags=tags_of(session, model.id),
        run=get_run(session, model.ranked.run_id),
        snapshot=snapshot,
        rivals=rivals(session, model, next((s for s in seated if s.promotion.scope == model.ranked.scope), None)),
        seats=seats,
        history=successions(promotions(session, project.id, limit=LEDGER), model.id),
        daily=daily_answers(session, model.id, present),
        decay=_decay(session, project, model, seats, present),
        columns=used_columns(session, model, snapshot),
        weights=_weights(session, model.id),
        change=change_of(session, model),
        made_at=now,
    )


def rivals(session: Session, model: Model, champion: Champion | None) -> dict[str, RankedModel]:
    """Champion and Dummy, where they were scored on the same rows of the same snapshot, so that the folds agree."""
    own, found = model.ranked, dict[str, RankedModel]()
    rival = champion.model if champion else own
    if rival.id != own.id and (rival.snapshot_id, rival.scope) == (own.snapshot_id, own.scope):
        found["champion"] = rival
    baselines = best_models(session, own.project_id, algorithm=BASELINE, snapshot_id=own.snapshot_id)
    dummies = [dummy for dummy in baselines if dummy.scope == own.scope]
    if dummies and dummies[0].id != own.id:
        found["Dummy baseline"] = dummies[0]
    return found


def daily_answers(session: Session, model_id: int, present: datetime) -> tuple[tuple[date, int], ...]:
    """How many answers a model gave on each of the last `DAYS` days (UTC), oldest first."""
    days = [(present - timedelta(days=back)).date() for back in reversed(range(DAYS))]
    counts = dict.fromkeys(days, 0)
    stmt = select(BucketRow.start, BucketRow.n).where(
        BucketRow.model_id == model_id,
        BucketRow.segment == "",
        BucketRow.grain == "day",
        BucketRow.start > present - timedelta(days=DAYS + 1),
        BucketRow.start <= present,
    )
    for start, n in session.execute(stmt):
        if start.date() in counts:
            counts[start.date()] += n
    return tuple(counts.items())


def used_columns(session: Session, model: Model, snapshot: Snapshot | None) -> tuple[UsedColumn, ...]:
    """The inputs of a model in order, each with what is known of it."""
    tables = {table.id: table for table in feature_tables(session, model.ranked.project_id)}
    declaration = find_instance_table(session, model.ranked.project_id)
    notes = column_notes(session, tables)
    profiles = {column.name: column for column in snapshot.profile.columns} if snapshot else {}
    found = []
    for column in model.signature.inputs:
        place = place_of(column.name, declaration, tables)
        note = notes.get((place.table_id, place.name)) if place else None
        found.append(UsedColumn(column, place, profiles.get(column.name), note))
    return tuple(found)


def change_of(session: Session, model: Model) -> SchemaChange | None:
    """What differs from the newest live version before; None for the first one."""
    stmt = (
        select(ModelRow.version, Artifact.signature)
        .join(Artifact, Artifact.id == ModelRow.artifact_id)
        .where(
            ModelRow.project_id == model.ranked.project_id,
            ModelRow.version < model.ranked.version,
            ModelRow.deleted_at.is_(None),
        )
        .order_by(ModelRow.version.desc())
        .limit(1)
    )
    row = session.execute(stmt).first()
    return schema_change(row.version, Signature.from_json(row.signature), model.signature) if row else None


def find_snapshot_of(session: Session, model: Model) -> Snapshot | None:
    """The snapshot that a model learnt from; None where it was deleted."""
    try:
        return get_snapshot(session, model.ranked.snapshot_id)
    except NotFound:
        return None


def _weights(session: Session, model_id: int) -> tuple[tuple[str, float], ...]:
    try:
        frame = importances_frame(session, model_id)
    except NotFound:
        return ()
    first = frame.sort_values("final", key=abs, ascending=False).head(WEIGHTS)
    return tuple((str(name), float(weight)) for name, weight in zip(first["feature"], first["final"], strict=True))


def _decay(
    session: Session, project: Project, model: Model, seats: tuple[Promotion, ...], present: datetime
) -> DecayState:
    if not seats:
        return DecayState(None, "Nothing can decay.")
    judged = decay_page(session, project, DecayView(project.primary_metric, scope=seats[0].scope), present).decay
    where = f"For {scope_words(seats[0].scope)}: "
    if judged is None or judged.newest is None:
        return DecayState(None, where + (judged.sentence if judged else "no labels yet."))
    return DecayState(judged.decaying, where + judged.sentence)
