"""Settings from the environment, or from the file that PORTAL_CONFIG names; unknown names are refused."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from portal.domain.workflow import Role

#: Every setting, with what it is for; README and the help page list the same.
KNOWN = {
    "PORTAL_CONFIG": "file of NAME=VALUE lines; the environment wins over it",
    "PORTAL_DATA": "folder of the stores, default var/ in the working directory",
    "PORTAL_REGISTER_URL": "SQLAlchemy URL of the register",
    "PORTAL_INTERNAL_URL": "SQLAlchemy URL of the office's store; never read by the public site",
    "PORTAL_LETTERBOX_URL": "SQLAlchemy URL of the letterbox",
    "PORTAL_REPLICAS": "addresses of the register's replicas, for the office; never read by the public site",
    "PORTAL_REPLICA_SECONDS": "how far a replica may be behind before the site on it stops answering",
    "PORTAL_LOG_KEY": "file of the log's private key; never read by the public site",
    "PORTAL_WITHDRAWALS": "file of what was ever taken back; never read by the public site",
    "PORTAL_DUMPS": "folder of the dumps; written by the office, read by the site",
    "PORTAL_SEARCH_URL": "where the search index lies, and which engine reads it",
    "PORTAL_SITE_URL": "address of the public site, for absolute links",
    "PORTAL_OFFICE_URL": "address of the office; https:// makes its cookies secure",
    "PORTAL_OFFICE_PROXIES": "number of proxies before the office that add X-Forwarded-For",
    "PORTAL_OFFICE_TOTP": "roles that need a second factor, separated by commas",
    "PORTAL_SITE_NAME": "name of the site",
    "PORTAL_LICENSE_URL": "licence of the published data",
    "PORTAL_WEBSUB_HUB": "address of a WebSub hub that is told of new entries in feeds; none without it",
    "PORTAL_ACCESS_LOG": "file of the access log, - for standard output; none without it",
    "PORTAL_METRICS_PORT": "port on loopback where the site's counts are told; none without it",
    "PORTAL_OFFICE_METRICS_PORT": "the same of the office",
    "PORTAL_RATE_LIMIT": "API requests a minute from one network, 0 for no limit",
    "PORTAL_IMPORT_FILE_MB": "largest file the office imports, in MB",
    "PORTAL_IMPORT_ROWS": "most rows of one file",
    "PORTAL_IMPORT_COLUMNS": "most columns of one file",
    "PORTAL_IMPORT_MEMORY_MB": "memory of the process that opens a file, in MB",
    "PORTAL_IMPORT_SECONDS": "processor time of that process, in seconds",
}


#: Roles of the office, see `portal.domain.workflow`.
_ROLES = frozenset(role.value for role in Role)


class BadSetting(ValueError):
    """A setting is unknown or cannot be read; the message names it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one imported file may be, and cost; beyond it a file is split, not imported."""

    file_mb: int = 64
    #: What a compressed file may unpack to.
    unpacked_mb: int = 512
    rows: int = 200_000
    columns: int = 200
    #: Of the process that opens the file: address space, and processor time.
    memory_mb: int = 1024
    seconds: int = 120


@dataclass(frozen=True, slots=True)
class Door:
    """How the office is reached, and by whom only with a second factor."""

    url: str
    proxies: int
    #: Values of the roles.
    totp_roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Settings:
    """What both sides need to know. The office's own store is read by `internal_url` alone."""

    data: Path
    dumps: Path
    register_url: str
    letterbox_url: str
    search_url: str
    site_url: str
    site_name: str
    license_url: str
    host: str
    port: int
    office_port: int
    downloads_port: int
    workers: int
    #: File of the access log, "-" for standard output, "" for none.
    access_log: str
    limits: Limits
    door: Door
    #: API requests a minute from one network; 0 leaves it to the proxy in front.
    rate_limit: int = 0
    #: WebSub hub that feeds name and the office tells; "" for none.
    websub_hub: str = ""
    #: Ports on loopback where site and office tell their counts; 0 for none.
    metrics_port: int = 0
    office_metrics_port: int = 0
    #: Where the register read is a follower: how far it may be behind, in seconds.
    replica_seconds: int = 300


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Raises:
        BadSetting: an unknown PORTAL_* name, a number that is none, or a limit of nothing.

    """
    values = _values(environ)
    data = Path(values.get("PORTAL_DATA") or "var").resolve()
    port = _number(values, "PORT", 8000)
    host = values.get("HOST") or "127.0.0.1"
    office_port = _number(values, "OFFICE_PORT", 8001)
    return Settings(
        data=data,
        dumps=Path(values.get("PORTAL_DUMPS") or data / "dumps").resolve(),
        register_url=values.get("PORTAL_REGISTER_URL") or f"sqlite:///{data / 'register.db'}",
        letterbox_url=values.get("PORTAL_LETTERBOX_URL") or f"sqlite:///{data / 'letterbox.db'}",
        search_url=values.get("PORTAL_SEARCH_URL") or f"whoosh://{data / 'search'}",
        site_url=(values.get("PORTAL_SITE_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
        site_name=values.get("PORTAL_SITE_NAME") or "明察",
        license_url=values.get("PORTAL_LICENSE_URL")
        or "https://creativecommons.org/licenses/by/4.0/",
        host=host,
        port=port,
        office_port=office_port,
        downloads_port=_number(values, "DOWNLOADS_PORT", 8002),
        workers=_number(values, "WORKERS", 2),
        access_log=values.get("PORTAL_ACCESS_LOG") or "",
        limits=_limits(values),
        rate_limit=_number(values, "PORTAL_RATE_LIMIT", 0),
        websub_hub=_hub(values),
        metrics_port=_number(values, "PORTAL_METRICS_PORT", 0),
        office_metrics_port=_number(values, "PORTAL_OFFICE_METRICS_PORT", 0),
        replica_seconds=_positive(values, "PORTAL_REPLICA_SECONDS", 300),
        door=_door(values, f"http://{host}:{office_port}"),
    )


def internal_url(environ: Mapping[str, str] | None = None) -> str:
    """Return the URL of the office's store. Called by the office only."""
    values = _values(environ)
    data = Path(values.get("PORTAL_DATA") or "var").resolve()
    return values.get("PORTAL_INTERNAL_URL") or f"sqlite:///{data / 'internal.db'}"


def replicas(environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the URLs of the register's replicas. Called by the office only."""
    found = tuple((_values(environ).get("PORTAL_REPLICAS") or "").split())
    if not all(each.startswith("postgresql") for each in found):
        raise BadSetting("PORTAL_REPLICAS must be URLs of PostgreSQL, with blanks between them")
    return found


def log_key(data: Path, environ: Mapping[str, str] | None = None) -> Path:
    """Return the file of the log's private key. Called by the office only."""
    name = _values(environ).get("PORTAL_LOG_KEY")
    return Path(name).resolve() if name else data / "log.key"


def last_head(data: Path, environ: Mapping[str, str] | None = None) -> Path:
    """Return the file of the last head that was signed with the key. Called by the office only."""
    return log_key(data, environ).with_name("log.head")


def withdrawals(data: Path, environ: Mapping[str, str] | None = None) -> Path:
    """Return the file of what was ever taken back. Called by the office only."""
    name = _values(environ).get("PORTAL_WITHDRAWALS")
    return Path(name).resolve() if name else data / "withdrawals.jsonl"


def _limits(values: Mapping[str, str]) -> Limits:
    usual = Limits()
    file_mb = _positive(values, "PORTAL_IMPORT_FILE_MB", usual.file_mb)
    return Limits(
        file_mb=file_mb,
        unpacked_mb=max(usual.unpacked_mb, 8 * file_mb),
        rows=_positive(values, "PORTAL_IMPORT_ROWS", usual.rows),
        columns=_positive(values, "PORTAL_IMPORT_COLUMNS", usual.columns),
        memory_mb=_positive(values, "PORTAL_IMPORT_MEMORY_MB", usual.memory_mb),
        seconds=_positive(values, "PORTAL_IMPORT_SECONDS", usual.seconds),
    )


def _door(values: Mapping[str, str], usual_url: str) -> Door:
    url = (values.get("PORTAL_OFFICE_URL") or usual_url).rstrip("/")
    if not url.startswith(("http://", "https://")):
        raise BadSetting("PORTAL_OFFICE_URL must begin with http:// or https://")
    roles = frozenset(
        filter(None, values.get("PORTAL_OFFICE_TOTP", "").replace(" ", "").split(","))
    )
    if unknown := sorted(roles - _ROLES):
        raise BadSetting(
            f"PORTAL_OFFICE_TOTP: unknown role {', '.join(unknown)}; known are {', '.join(sorted(_ROLES))}"
        )
    return Door(url, _number(values, "PORTAL_OFFICE_PROXIES", 0), roles)


def _hub(values: Mapping[str, str]) -> str:
    found = values.get("PORTAL_WEBSUB_HUB") or ""
    if found and not found.startswith(("http://", "https://")):
        raise BadSetting("PORTAL_WEBSUB_HUB must begin with http:// or https://")
    return found


def _values(environ: Mapping[str, str] | None) -> dict[str, str]:
    found = dict(os.environ if environ is None else environ)
    if name := found.get("PORTAL_CONFIG"):
        found = _read_file(Path(name)) | found
    unknown = sorted(n for n in found if n.startswith("PORTAL_") and n not in KNOWN)
    if unknown:
        raise BadSetting(f"unknown setting {', '.join(unknown)}; known are {', '.join(KNOWN)}")
    return found


def _read_file(path: Path) -> dict[str, str]:
    found = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        text = line.strip()
        if text and not text.startswith("#"):
            name, equals, value = text.partition("=")
            if not equals:
                raise BadSetting(f"{path}:{number}: expected NAME=VALUE")
            found[name.strip()] = value.strip().strip("\"'")
    return found


def _number(values: Mapping[str, str], name: str, default: int) -> int:
    text = values.get(name) or str(default)
    if not text.isdecimal():
        raise BadSetting(f"{name} must be a whole number, not {text!r}")
    return int(text)


def _positive(values: Mapping[str, str], name: str, default: int) -> int:
    number = _number(values, name, default)
    if not number:
        raise BadSetting(f"{name} must be a whole number above 0")
    return number
