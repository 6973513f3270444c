"""One canonical text for one value, so that equal things have equal hashes on every machine."""

import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> str:
    """JSON with sorted keys, no spaces and no NaN: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: Any) -> str:
    """SHA-256 (hex) of the canonical JSON of a value."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def parsed_json(text: str | bytes) -> Any:
    """What a text from outside says as JSON; ValueError where it is none, or is nested deeper than anything we mean."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("This JSON is nested too deeply.") from error
