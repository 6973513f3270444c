"""A draft in the address: what was composed by widgets survives reload, bookmark and paste."""

import base64
import binascii
import json
import zlib
from typing import Any

from mms.domain.canonical import canonical_json
from mms.domain.errors import Invalid

LONGEST = 6000
"""Characters that an address may spend on a draft."""

_MOST_BYTES = 1 << 20


def text_of(value: Any) -> str | None:
    """The JSON value as letters, digits, - and _; None where it would be too long for an address."""
    packed = zlib.compress(canonical_json(value).encode(), 9)
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    return text if len(text) <= LONGEST else None


def value_of(text: str) -> Any:
    """The value that `text_of` wrote; Invalid where the address was cut or changed."""
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return json.loads(zlib.decompressobj().decompress(packed, _MOST_BYTES))
    except (binascii.Error, zlib.error, ValueError) as error:
        raise Invalid(
            "This address was cut or changed: what was composed in it cannot be read. Begin again."
        ) from error
