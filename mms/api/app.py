"""The REST application: every noun's router behind one member dependency, errors translated once."""

from fastapi import APIRouter, Depends, FastAPI, Response
from fastapi.responses import JSONResponse
from starlette.middleware import Middleware

from mms.api import (
    activity,
    ageing,
    alerts,
    backtests,
    cards,
    clusterings,
    column_notes,
    comments,
    comparisons,
    decay,
    diagnostics,
    drafts,
    drift,
    ensembles,
    feedback,
    inspections,
    labels,
    logs,
    model_search,
    models,
    openings,
    pictures,
    predictions,
    projects,
    promotions,
    recipes,
    refits,
    registry,
    runs,
    segments,
    snapshot_schedules,
    snapshots,
    tables,
    tags,
    triggers,
    views,
    weekly,
    what_if,
    why,
)
from mms.api.access import current_member
from mms.api.errors import translate_errors
from mms.api.limits import BodyCap

_NOUNS = (
    ensembles,
    projects,
    tables,
    column_notes,
    snapshot_schedules,
    snapshots,
    segments,
    clusterings,
    recipes,
    registry,
    runs,
    model_search,
    tags,
    views,
    models,
    cards,
    diagnostics,
    inspections,
    pictures,
    what_if,
    refits,
    openings,
    comparisons,
    promotions,
    predictions,
    feedback,
    labels,
    logs,
    decay,
    drift,
    why,
    triggers,
    backtests,
    ageing,
    alerts,
    comments,
    drafts,
    activity,
    weekly,
)


def create_api() -> FastAPI:
    """The application to mount at /api; its routes begin with /v1.

    Interactive documentation is left out: it would load scripts from other hosts.
    """
    app = FastAPI(
        title="MMS",
        summary="The model management system's REST interface.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        middleware=[Middleware(BodyCap)],
    )
    version = APIRouter(prefix="/v1", dependencies=[Depends(current_member)])
    for noun in _NOUNS:
        version.include_router(noun.router)

    @version.get("/openapi.json", include_in_schema=False)
    def description() -> Response:
        """What this interface takes and gives."""
        return JSONResponse(app.openapi())

    app.include_router(version)
    translate_errors(app)
    return app
