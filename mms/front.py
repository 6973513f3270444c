"""How Streamlit's front end reaches a browser: 300 small files, of which a page wants 120, each when another asks.

A browser that is new here waits for three things that are not the page: for files that a thread reads in pieces, for
the chunk that draws a table, asked for when the table has come, and for answers to "where is the server?", asked below
the page's own address first. So files are answered in one piece, the page's document names the chunks it will want, and
says where the server is. What is not known here, Streamlit answers as ever.
"""

import re
from collections.abc import Collection, Iterator
from functools import cached_property
from pathlib import Path

from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.file_util import get_static_dir

FIRST = ("Selectbox", "TextInput", "PageLink", "Checkbox", "DataFrame", "Button", "LinkButton")
"""Elements of the sidebar and of nearly every page, by the names of their chunks, in the order of their drawing."""

_TYPES = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2"}
_HASHED = {"cache-control": "public, immutable, max-age=31536000"}
_SERVER = """<script>
window.__streamlit = {
  BACKEND_BASE_URL: new URL(".", location).href,
  HOST_CONFIG: {allowedOrigins: [location.origin], useExternalAuthToken: false},
}
</script>"""
"""All pages lie beside one another, so the server's address is the folder of the page's."""
_IMPORTED = re.compile(r"""(?:from|import)\s*["'`]\./([^"'`]+\.js)["'`]""")


class Front:
    """Answers the files and documents of the front end.

    pages: the address of every page, without the slash. home: another name of the first page, which leads to it.
    """

    def __init__(self, app: ASGIApp, pages: Collection[str], home: str = "health") -> None:
        self.app = app
        self.home = f"/{home}"
        self.pages = frozenset(f"/{page}" for page in pages)
        self.folder = Path(get_static_dir())
        found = (path for path in (self.folder / "static").rglob("*") if path.suffix in _TYPES)
        self.files = {f"/{path.relative_to(self.folder).as_posix()}": path for path in found}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is known, pass the rest."""
        app = self.app
        if scope["type"] == "http" and scope["method"] == "GET":
            path = scope["path"]
            if path in self.files:
                file = self.files[path]
                app = Response(file.read_bytes(), headers=_HASHED, media_type=_TYPES[file.suffix])
            elif path == self.home:
                query = scope["query_string"].decode("latin-1")
                app = RedirectResponse(f"./?{query}" if query else "./")
            elif path in self.pages:
                app = HTMLResponse(self.document, headers={"cache-control": "no-cache"})
        await app(scope, receive, send)

    @cached_property
    def document(self) -> str:
        """Streamlit's page, with the server's address and what it will want: fetched and compiled now, run later."""
        page = (self.folder / "index.html").read_text(encoding="utf-8")
        names = [name for name in self._wanted() if name not in page]
        links = [f'<link rel="modulepreload" href="./static/js/{name}">' for name in names]
        return page.replace("</head>", "\n".join((_SERVER, *links, "</head>")))

    def _wanted(self) -> Iterator[str]:
        """The chunks of the first elements and what they import, each once."""
        scripts = self.folder / "static" / "js"
        names = {path.name: None for chunk in FIRST for path in scripts.glob(f"{chunk}.*.js")}
        waiting = list(names)
        while waiting:
            name = waiting.pop(0)
            yield name
            imported = dict.fromkeys(_IMPORTED.findall((scripts / name).read_text(encoding="utf-8")))
            waiting += [each for each in imported if each not in names]
            names |= imported
