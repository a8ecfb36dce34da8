"""Where an OpenSearch server is, and who we are to it; told apart from what may be shown of that."""

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from portal.register.search.model import UnknownEngine

FORM = "opensearch+https://USER:PASSWORD@HOST:9200/NAME?ca=/FILE&shards=1&replicas=0"
_TLS = {"opensearch": False, "opensearch+http": False, "opensearch+https": True}
_PORT = 9200
_NAME = re.compile("[a-z0-9][a-z0-9_]{0,63}")
_NUMBER = re.compile("[0-9]{1,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`name` is the alias that readers ask; `ca` the file of who vouches for the server's certificate.

    As text it is without account, and so may stand in any message.
    """

    tls: bool
    hosts: tuple[tuple[str, int], ...]
    name: str
    account: tuple[str, str] | None = field(default=None, repr=False)
    ca: str | None = None
    shards: int = 1
    replicas: int = 0

    def __str__(self) -> str:
        hosts = ",".join(
            f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in self.hosts
        )
        return f"opensearch{'+https' if self.tls else ''}://{hosts}/{self.name}"


def read(url: str) -> Address:
    """Read the address of an index; see `FORM`. Several hosts of one cluster are separated by commas.

    Raises:
        UnknownEngine: it is not of this form; the message repeats nothing of it.

    """
    parts = urlsplit(url)
    if parts.scheme not in _TLS or parts.fragment:
        raise _wrong("the scheme is opensearch or opensearch+https")
    user, _, hosts = parts.netloc.rpartition("@")
    name = parts.path.removeprefix("/")
    if not _NAME.fullmatch(name):
        raise _wrong("NAME has lower-case letters, digits and _ only")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    address = Address(
        tls=_TLS[parts.scheme],
        hosts=tuple(_host(each) for each in hosts.split(",")),
        name=name,
        account=_account(user),
        ca=_file(options.pop("ca", None)),
        shards=_number(options.pop("shards", "1"), least=1),
        replicas=_number(options.pop("replicas", "0"), least=0),
    )
    if options:
        raise _wrong("after ? stand ca, shards and replicas only")
    if address.account and not address.tls and not all(_is_near(host) for host, _ in address.hosts):
        raise _wrong(
            "a password goes over opensearch+https only, unless the server is on this machine"
        )
    return address


def _host(text: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text}")
        port = parts.port or _PORT
    except ValueError:
        raise _wrong("HOST or its port cannot be read") from None
    if not parts.hostname:
        raise _wrong("HOST is missing")
    return parts.hostname, port


def _account(text: str) -> tuple[str, str] | None:
    user, colon, password = text.partition(":")
    if text and not (user and colon):
        raise _wrong("an account is USER:PASSWORD, special characters as %XX")
    return (unquote(user), unquote(password)) if text else None


def _file(name: str | None) -> str | None:
    if name is not None and not (Path(name).is_absolute() and Path(name).is_file()):
        raise _wrong("ca is the absolute path of a file that is there")
    return name


def _number(text: str, *, least: int) -> int:
    if not _NUMBER.fullmatch(text) or int(text) < least:
        raise _wrong("shards is a number from 1, replicas one from 0")
    return int(text)


def _is_near(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _wrong(why: str) -> UnknownEngine:
    return UnknownEngine(f"PORTAL_SEARCH_URL must look like {FORM}: {why}")
