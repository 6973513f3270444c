"""The site's key signs what we later unpickle: only artifacts that this site made are ever loaded."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from mms.domain.errors import Conflict

_BYTES = 32


def site_key(path: Path) -> bytes:
    """The key in `path`; made at first use with mode 0600. Two processes that start together agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(_BYTES))
        try:
            os.link(draft, path)  # unlike rename, fails when another process was first
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return bytes.fromhex(path.read_text().strip())


def sign(key: bytes, sha256: str) -> str:
    """HMAC-SHA-256 (hex) of an artifact's hash."""
    return hmac.new(key, sha256.encode(), hashlib.sha256).hexdigest()


def check_signature(key: bytes, sha256: str, signature: str) -> None:
    """Raise Conflict unless the signature was made with this key."""
    if not hmac.compare_digest(sign(key, sha256), signature):
        raise Conflict(
            f"Artifact {sha256[:12]} was not signed with this site's key and is not loaded: "
            "retrain the model here, or restore the site.key file that belongs to this store."
        )
