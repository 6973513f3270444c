"""The dashboard and REST in one server: `python -m mms serve`, or `streamlit run app.py`."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from mms.api.mount import Rest, routes
from mms.front import Front
from mms.security.gate import Gate
from mms.worker.embedded import serving
from pages.parts.told import tell_break

rest = Rest()
pages = Path(__file__).with_name("pages")

app = st.App(
    pages / "main.py",
    routes=routes(rest),
    middleware=[Middleware(Gate), Middleware(Front, pages=["", *(page.stem for page in pages.glob("*.py"))])],
    lifespan=serving(rest.load),
    on_script_error=tell_break,
)
