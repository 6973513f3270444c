"""Where things lie and how the site is set up: read from the environment, never from code."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mms.domain.errors import Invalid

ONE_THREAD: Mapping[str, str] = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)
"""The environment of a process that computes: threads that wait for each other cost more than they give. It counts only
where it is set before numpy is imported."""


MAIL_FROM = "mms@localhost"
"""Who sends e-mail where nobody says so."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The site's settings.

    home: folder of the embedded store, the site key, the cache and the log. database_url: SQLAlchemy URL. workers:
    processes that fit at once. shared_mb: memory for work that triples share. None: what the machine has.
    dask_scheduler: address of a Dask cluster that fits instead; None: this machine. smtp_url: of the server that sends
    alerts, None: no e-mail is sent; mail_from: their sender. webhook_hosts: the only hosts that webhooks may reach,
    which then may be private ones; (): any public host.
    """

    home: Path
    database_url: str
    workers: int | None = None
    shared_mb: int | None = None
    dask_scheduler: str | None = None
    smtp_url: str | None = None
    mail_from: str = MAIL_FROM
    webhook_hosts: tuple[str, ...] = ()

    @property
    def key_file(self) -> Path:
        """The site's secret key (mode 0600), made at first start."""
        return self.home / "site.key"

    @property
    def site_file(self) -> Path:
        """The site's own algorithms and transformers, in TOML; need not exist."""
        return self.home / "settings.toml"

    @property
    def cache(self) -> Path:
        """Files by content hash; may be deleted at any time."""
        return self.home / "cache"

    @property
    def spool(self) -> Path:
        """Values on their way between the processes of a run, a folder an attempt at a job."""
        return self.home / "spool"

    @property
    def backups(self) -> Path:
        """Copies of the embedded store, taken before each migration."""
        return self.home / "backups"

    @property
    def log_file(self) -> Path:
        """Where dashboard, REST and worker log."""
        return self.home / "mms.log"

    @property
    def is_embedded(self) -> bool:
        """Whether the store is a SQLite file."""
        return self.database_url.startswith("sqlite")


def settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings the environment asks for: MMS_HOME (default ~/.mms), MMS_DATABASE_URL (default SQLite in it),
    MMS_WORKERS (default: one a core), MMS_SHARED_MB (default: a quarter of the memory, at most 4096),
    MMS_DASK_SCHEDULER (default: this machine fits), MMS_SMTP_URL (default: no e-mail), MMS_MAIL_FROM (default:
    mms@localhost) and MMS_WEBHOOK_HOSTS (names or addresses with commas; default: any public host)."""
    environment = os.environ if environment is None else environment
    home = Path(environment.get("MMS_HOME") or Path.home() / ".mms").expanduser().absolute()
    url = environment.get("MMS_DATABASE_URL") or f"sqlite:///{home / 'mms.db'}"
    workers, shared_mb = (_count(environment, name) for name in ("MMS_WORKERS", "MMS_SHARED_MB"))
    hosts = environment.get("MMS_WEBHOOK_HOSTS", "").lower().split(",")
    return Settings(
        home,
        _with_driver(url),
        workers,
        shared_mb,
        dask_scheduler=environment.get("MMS_DASK_SCHEDULER") or None,
        smtp_url=environment.get("MMS_SMTP_URL") or None,
        mail_from=environment.get("MMS_MAIL_FROM") or MAIL_FROM,
        webhook_hosts=tuple(host.strip() for host in hosts if host.strip()),
    )


def _count(environment: Mapping[str, str], name: str) -> int | None:
    value = environment.get(name)
    if not value:
        return None
    if not value.isdecimal() or not int(value):
        raise Invalid(f"{name} is a whole number of at least 1; it is '{value}'.")
    return int(value)


def _with_driver(url: str) -> str:
    """Plain postgres URLs get the one driver we ship, psycopg 3."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url
