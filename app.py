"""The dashboard and REST in one server: `python -m mms serve`, or `streamlit run app.py`."""

import logging
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Mount

from mms.api.app import HEALTH_ROUTE, create_api
from mms.security.gate import Gate
from mms.worker.embedded import serving


def log_error(error: Exception) -> None:
    """What breaks in a page goes to the log; the reader sees no stack trace."""
    logging.getLogger("mms.pages").error("A page broke.", exc_info=error)


app = st.App(
    Path(__file__).with_name("pages") / "main.py",
    routes=[HEALTH_ROUTE, Mount("/api", create_api())],
    middleware=[Middleware(Gate)],
    lifespan=serving,
    on_script_error=log_error,
)
