"""A draft in the address: what was composed by widgets survives reload, bookmark and paste."""

import base64
import binascii
import zlib
from typing import Any

import streamlit as st

from mms.domain.canonical import canonical_json, digest, parsed_json
from mms.domain.errors import Invalid

LONGEST = 6000
"""Characters that an address may spend on a draft: proxies cut addresses of more than 8 KB."""

_MOST_BYTES = 1 << 20
_ASIDE = "~"
"""How the text of a draft begins that is too long for an address: it lies in the browser's session under its hash."""


def text_of(value: Any) -> str:
    """The JSON value as text for an address; one that is too long for that is kept for this session only."""
    packed = zlib.compress(canonical_json(value).encode(), 9)
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    if len(text) <= LONGEST:
        return text
    aside = _ASIDE + digest(value)[:16]
    st.session_state[aside] = value
    return aside


def value_of(text: str) -> Any:
    """The value that `text_of` wrote; Invalid where the address was cut or changed."""
    if text.startswith(_ASIDE):
        if text in st.session_state:
            return st.session_state[text]
        raise Invalid("What was composed here was too long for an address, and its session is over: begin again.")
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return parsed_json(zlib.decompressobj().decompress(packed, _MOST_BYTES))
    except (binascii.Error, zlib.error, ValueError) as error:
        raise Invalid(
            "This address was cut or changed: what was composed in it cannot be read. Begin again."
        ) from error
