"""`python -m mms serve`: the store brought up to date, the demo loaded, then dashboard, REST and a worker."""

import logging
import os
import socket
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from contextlib import suppress
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

from db.migrate import migrate
from db.queries.projects import is_new
from db.session import reading, transaction
from mms.cli.console import Output, acting, say, show, verb
from mms.domain.errors import Conflict, Invalid
from mms.security.gate import LOCAL_HOSTS, allowed_hosts
from mms.settings import settings

ADDRESS = "127.0.0.1"
_PORT = 8501
_APP = Path(__file__).resolve().parents[2] / "app.py"


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of the two processes: serve and worker."""
    serve = verb(verbs, "serve", "serve dashboard and REST on one port, with a worker beside them", _serve)
    serve.add_argument("--port", type=int, help=f"default: the environment variable PORT, or {_PORT}")
    serve.add_argument("--api-only", action="store_true", help="REST without the dashboard")
    serve.add_argument("--no-demo", action="store_true", help="do not load the demo project into a new store")
    worker = verb(verbs, "worker", "do queued work: runs, pictures, triggers, the demo's replay", _work)
    worker.add_argument("--parent-pipe", action="store_true", help="end when standard input closes")


def _serve(args: Namespace) -> None:
    port = _free_port(args.port)
    settings().home.mkdir(parents=True, exist_ok=True)
    _log(to_file=True)
    _warn_of_site_file()
    _prepare_store(demo=not args.no_demo)
    Thread(target=_announce, args=(port, args.json), daemon=True).start()
    with suppress(KeyboardInterrupt):
        if args.api_only:
            _run_api(port)
        else:
            _run_dashboard(port)
    say("Stopped.")


def _work(args: Namespace) -> None:
    from mms.cli.worker import main

    settings().home.mkdir(parents=True, exist_ok=True)
    _log(to_file=not args.parent_pipe)  # beside a server, stderr is the log file already
    main(parent_pipe=args.parent_pipe)


def _free_port(given: int | None) -> int:
    text = os.environ.get("PORT") or str(_PORT)
    if given is None and not text.isdecimal():
        raise Invalid("The environment variable PORT is no number: set it to one from 1 to 65535.")
    port = int(text) if given is None else given
    if not 1 <= port <= 65535:
        raise Invalid(f"{port} is no port: choose one from 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            raise Conflict(f"Port {port} is taken: stop what runs there, or choose another with --port.") from error
    return port


def _log(*, to_file: bool) -> None:
    """What happens goes into the log file, and warnings to stderr too; all to stderr where that is the log file."""
    lines = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    root, ours = logging.getLogger(), logging.getLogger("mms")
    ours.setLevel(logging.INFO)
    if not to_file:
        for handler in root.handlers:
            handler.setFormatter(lines)
        return
    for handler in root.handlers:
        handler.setLevel(logging.WARNING)
    log_file = logging.FileHandler(settings().log_file, encoding="utf-8")
    log_file.setFormatter(lines)
    root.addHandler(log_file)
    logging.getLogger("uvicorn.error").addHandler(log_file)  # Streamlit keeps its lines from reaching the root


def _warn_of_site_file() -> None:
    """What is wrong with the site's own algorithms and transformers; read only where there are some, for it is slow."""
    if settings().site_file.exists():
        from mms.usecases.site import site_problems

        for sentence in site_problems():
            logging.getLogger("mms").warning(sentence)


def _prepare_store(*, demo: bool) -> None:
    migrate(settings(), datetime.now(UTC))
    member, now = acting()
    with reading() as session:
        new = is_new(session)
    if demo and new:
        from mms.demo.load import load_demo

        say("Loading the demo project, once; --no-demo leaves it out.")
        load_demo(transaction, member, now)


def _run_dashboard(port: int) -> None:
    """Streamlit's own server in this process, as `streamlit run app.py` would start it."""
    import uvicorn.config

    uvicorn.config.LOGGING_CONFIG["loggers"] = {}  # its lines go where ours go
    sys.argv = [str(_APP)]  # relative paths and the configuration are looked up beside it
    from app import app

    options: dict[str, Any] = {
        "server.address": ADDRESS,
        "server.port": port,
        "server.headless": True,
        "browser.gatherUsageStats": False,
        "runner.postScriptGC": False,
        "logger.hideWelcomeMessage": True,
        "logger.level": "warning",
    }
    names = sorted(allowed_hosts() - set(LOCAL_HOSTS))
    if names:
        options["server.allowedHosts"] = sorted(allowed_hosts())
        options["server.corsAllowedOrigins"] = [f"{scheme}://{name}" for name in names for scheme in ("http", "https")]
    app.run(config=options)


def _run_api(port: int) -> None:
    import uvicorn

    from mms.api.mount import Rest, create_site
    from mms.worker.embedded import serving

    rest = Rest()
    uvicorn.run(create_site(rest, serving(rest.load)), host=ADDRESS, port=port, log_config=None, access_log=False)


def _announce(port: int, as_json: bool) -> None:
    """Say where everything is, once the server answers."""
    while not _answers(port):
        sleep(0.1)
    where = settings()
    address = f"http://{ADDRESS}:{port}"
    lines = [
        f"MMS runs at {address} (Ctrl-C stops it).",
        f"Data: {where.home}",
        f"Log:  {where.log_file}",
    ]
    show(Output({"address": address, "home": where.home, "log": where.log_file}, lines), as_json=as_json)
    sys.stdout.flush()


def _answers(port: int) -> bool:
    connection = HTTPConnection(ADDRESS, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
