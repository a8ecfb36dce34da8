"""One OpenSearch server as we speak to it: every refusal and silence becomes one of the protocol's errors.

What the library says of an error may repeat what was sent, so nothing of it is passed on but a status and
the name of the error.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Final

from opensearchpy import OpenSearch, exceptions

from portal.register.search.model import Damaged, NoIndex, TooMuch, Unavailable
from portal.register.search.remote.address import Address

Json = dict[str, Any]

#: Of what is filed; another number means that the index must be rebuilt.
SHAPE = 1
#: The document that says how far the index is. No record has such an identifier: theirs have a `_`.
STATE = "state"
_NOT_FOUND, _TOO_MANY, _FAULT = 404, 429, 500
_BUSY = {408, _TOO_MANY}
_NO_ENTRY = {401, 403}
_WORD = re.compile("[a-z_]{1,80}")
#: How the server says that a query has more parts than it takes.
_TOO_LONG = ("too_many_clauses", "too_many_nested_clauses", "maxClauseCount")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far an index is: made from the life `epoch` of the register, up to the change `serial`."""

    epoch: str
    serial: int
    torn: bool = False
    shape: int = SHAPE

    def source(self) -> Json:
        """Return the document that says so."""
        return {"state": asdict(self)}

    @classmethod
    def read(cls, source: Mapping[str, Any]) -> "State":
        """Read such a document.

        Raises:
            Damaged: it is of another version.

        """
        content = source.get("state")
        if not isinstance(content, dict) or content.get("shape") != SHAPE:
            raise Damaged("the search index on the server is of another version")
        return cls(**content)


class Server:
    """The server at `address`; nothing is sent before the first question. Waits `seconds` for an answer."""

    def __init__(self, address: Address, seconds: float) -> None:
        self.address: Final = address
        self._seconds: Final = seconds

    @cached_property
    def client(self) -> OpenSearch:
        """The library's client, which keeps connections open and may be used from several threads."""
        #: It would log addresses, and the questions of readers with them.
        logging.getLogger("opensearch").setLevel(logging.CRITICAL + 1)
        address = self.address
        return OpenSearch(
            hosts=[{"host": host, "port": port} for host, port in address.hosts],
            http_auth=address.account,
            use_ssl=address.tls,
            verify_certs=True,
            ca_certs=address.ca,
            timeout=self._seconds,
            #: Another host of the cluster is tried at once, the same one never twice.
            max_retries=len(address.hosts) - 1,
            retry_on_status=(),
        )

    @contextmanager
    def asked(self) -> Iterator[OpenSearch]:
        """Yield the client.

        Raises:
            Unavailable: the server does not answer, or cannot now.
            NoIndex: there is no such index.
            TooMuch: the question is longer than the server takes.
            Damaged: it refuses what an index of ours would take.

        """
        try:
            yield self.client
        except (exceptions.ConnectionError, exceptions.SerializationError):
            raise Unavailable(f"检索服务器 {self.address} 没有应答") from None
        except exceptions.TransportError as error:
            raise self.refusal(error.status_code, error.info) from None

    def refusal(self, status: object, info: object) -> Exception:
        """Return what it means that the server answered `status`, with `info` about it."""
        code = status if isinstance(status, int) else 0
        kind = _kind(info)
        if code in _NO_ENTRY:
            return Unavailable(f"检索服务器 {self.address} 不接受设置中的账号（{code}）")
        if any(each in str(info) for each in _TOO_LONG):
            return TooMuch("查询的词过多，请减少后再试")
        if code in _BUSY or code >= _FAULT:
            return Unavailable(f"检索服务器 {self.address} 暂时不能应答（{code} {kind}）")
        if code == _NOT_FOUND and kind == "index_not_found_exception":
            return NoIndex(f"there is no search index at {self.address}")
        return Damaged(f"the search index at {self.address} must be rebuilt ({code} {kind})")

    def state(self) -> State | None:
        """Return how far the index is, also where readers do not see it yet; None without an index.

        Raises:
            Damaged: it does not say, or is of another version.
            Unavailable: the server does not answer.

        """
        try:
            with self.asked() as client:
                found = client.get(index=self.address.name, id=STATE)
        except NoIndex:
            return None
        return State.read(found["_source"])


def _kind(info: object) -> str:
    """Return the server's name of an error, which repeats nothing of what was sent."""
    error = info.get("error") if isinstance(info, dict) else None
    kind = error.get("type") if isinstance(error, dict) else None
    return kind if isinstance(kind, str) and _WORD.fullmatch(kind) else "unknown"
