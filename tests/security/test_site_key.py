"""The site's key: made once, for its owner's eyes, and nothing unsigned passes."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mms.domain.errors import Conflict
from mms.security.site_key import check_signature, sign, site_key


def test_the_key_is_made_at_the_first_start_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "home" / "site.key"

    first, second = site_key(path), site_key(path)

    assert first == second
    assert len(first) >= 32
    assert path.stat().st_mode & 0o777 == 0o600


def test_all_who_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    path = tmp_path / "site.key"

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: site_key(path), range(32)))

    assert len(keys) == 1


def test_only_what_this_site_signed_passes() -> None:
    signature = sign(b"ours" * 8, "ab" * 32)

    check_signature(b"ours" * 8, "ab" * 32, signature)
    for key, sha256 in ((b"them" * 8, "ab" * 32), (b"ours" * 8, "cd" * 32)):
        with pytest.raises(Conflict, match="not signed with this site's key"):
            check_signature(key, sha256, signature)
