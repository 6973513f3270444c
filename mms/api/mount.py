"""How servers hold REST: imported after they began to answer, for scikit-learn takes two seconds to import."""

import logging
from threading import Lock

from anyio import to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from db.queries.members import find_member
from db.session import reading
from mms.domain.errors import MmsError, Unavailable
from mms.domain.members import LOCAL_MEMBER
from mms.security.gate import Gate

_log = logging.getLogger(__name__)


class Rest:
    """The REST application. Its first request waits until it is imported and every champion is loaded."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._app: ASGIApp | None = None

    def load(self) -> ASGIApp:
        """Import and warm up, once; a server calls it in the background at its start."""
        with self._lock:
            if self._app is None:
                from mms.api.app import create_api

                _warm()
                self._app = create_api()
            return self._app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass to the application."""
        app = self._app if self._app is not None else await to_thread.run_sync(self.load)
        await app(scope, receive, send)


def _warm() -> None:
    from mms.usecases.predictions import warm_champions

    try:
        with reading() as session:
            warm_champions(session)
    except MmsError as error:
        _log.warning("Champions are loaded at their first prediction: %s", error.sentence)


def healthz(_request: Request) -> Response:
    """Whether server and store answer: for supervisors, tells nothing else."""
    try:
        with reading() as session:
            find_member(session, LOCAL_MEMBER)
    except Unavailable as error:
        return JSONResponse({"error": {"kind": "unavailable", "sentence": error.sentence}}, 503)
    return JSONResponse({"status": "ok"})


def health_page(_request: Request) -> Response:
    """The first page has the address /; who types its name gets there too."""
    return RedirectResponse("/")


def routes(rest: Rest) -> list[Mount | Route]:
    """What lies beside the dashboard."""
    return [Route("/healthz", healthz), Route("/health", health_page), Mount("/api", rest)]


def create_site(rest: Rest, lifespan: Lifespan[Starlette] | None = None) -> Starlette:
    """REST behind its gate, without the dashboard."""
    return Starlette(routes=routes(rest), middleware=[Middleware(Gate)], lifespan=lifespan)
