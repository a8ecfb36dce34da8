"""Makes generations on a server: each is an index of its own, and an alias names the one that is read.

How far an index is stands in the index itself. Before a change it is marked as torn and afterwards as
whole at the new serial, so that a kill in between is seen, and the same changes are applied again.
"""

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from secrets import token_hex
from typing import Any, Final

from opensearchpy.helpers import streaming_bulk

from portal.register.search.model import Damaged, Document, NoIndex
from portal.register.search.remote import rows
from portal.register.search.remote.address import Address
from portal.register.search.remote.server import STATE, Server, State

#: Seconds that one request of the writer may take.
_REQUEST = 60.0
#: Seconds after which deleted texts must be out of every file. The server keeps them for copies of a shard that
#: may have to catch up, and looks every 30 seconds what these still need.
_PURGE = 90.0
_AGAIN = 1.0
#: What is sent at a time.
_DOCUMENTS = 500
_BYTES = 5 * 1024 * 1024
#: How often documents are offered again that a busy server did not take.
_OFFERS = 5


class OpenSearchWriter:
    """Writes the index at `address`; one process at a time, see `portal.register.search.turns`."""

    def __init__(self, address: Address, *, patience: float = _PURGE) -> None:
        self._server: Final = Server(address, _REQUEST)
        self._name: Final = address.name
        self._patience: Final = patience

    def epoch(self) -> str | None:
        """Return the life of the register that the index was built from, None without an index."""
        state = self._server.state()
        return state.epoch if state else None

    def torn(self) -> bool:
        """Whether a change was begun and not ended; False without an index."""
        state = self._server.state()
        return state is not None and state.torn

    def intact(self) -> bool:
        """Whether every part of the index is there; the server itself checks the bytes as it reads them."""
        try:
            if self._server.state() is None:
                return True
            with self._server.asked() as client:
                health = client.cluster.health(index=self._name)
        except Damaged:
            return False
        return bool(health["status"] != "red")

    def rebuild(self, documents: Iterable[Document], *, serial: int, epoch: str) -> None:
        """Make a new index of `documents`; have the alias name it and drop the old one, in one step."""
        self._sweep()
        fresh = f"{self._name}-{token_hex(8)}"
        with self._server.asked() as client:
            client.indices.create(index=fresh, body=rows.index(self._server.address))
            self._send(fresh, self._puts(documents))
            settings = {"index": {"refresh_interval": "1s"}}
            client.indices.put_settings(index=fresh, body=settings)
            self._say(fresh, State(epoch=epoch, serial=serial))
            old = [each for each in self._generations() if each != fresh]
            named = {"add": {"index": fresh, "alias": self._name}}
            drops = [{"remove_index": {"index": each}} for each in old]
            client.indices.update_aliases(body={"actions": [named, *drops]})

    def apply(
        self, documents: Iterable[Document], gone: Sequence[str], *, serial: int, purge: bool
    ) -> None:
        """Bring the index to `serial`, see the protocol.

        Raises:
            NoIndex: there is nothing to bring up to date.
            Damaged: it must be rebuilt.
            Unavailable: the server does not answer; the index may be torn.

        """
        self._sweep()
        before = self._server.state()
        if before is None:
            raise NoIndex(f"there is no search index at {self._server.address}")
        new = {document.public_id: document for document in documents}
        changed = bool(new or gone)
        torn = before.torn or changed
        if changed or purge:
            self._say(self._name, replace(before, torn=torn))
            dropped = ({"_op_type": "delete", "_id": each} for each in gone if each not in new)
            self._send(self._name, [*dropped, *self._puts(new.values())])
        if purge:
            self._purge()
        torn = torn and serial == before.serial
        self._say(self._name, replace(before, serial=serial, torn=torn))

    @staticmethod
    def _puts(documents: Iterable[Document]) -> Iterator[dict[str, Any]]:
        for each in documents:
            yield {"_op_type": "index", "_id": each.public_id, "_source": rows.row(each)}

    def _send(self, index: str, actions: Iterable[dict[str, Any]]) -> None:
        """Carry out `actions` and let readers see them.

        Raises:
            Damaged: the server does not take one; an index of another mapping does that.

        """
        with self._server.asked() as client:
            done = streaming_bulk(
                client,
                actions,
                index=index,
                chunk_size=_DOCUMENTS,
                max_chunk_bytes=_BYTES,
                max_retries=_OFFERS,
                initial_backoff=1,
                raise_on_error=False,
            )
            for taken, told in done:
                (answer,) = told.values()
                if not taken and not (answer["status"] == 404 and "error" not in answer):  # noqa: PLR2004  # not found: it is gone already
                    raise self._server.refusal(answer["status"], answer)
            client.indices.refresh(index=index)

    def _say(self, index: str, state: State) -> None:
        """File how far the index is, for good and for readers."""
        with self._server.asked() as client:
            client.index(index=index, id=STATE, body=state.source(), params={"refresh": "true"})

    def _purge(self) -> None:
        """Have what was deleted or replaced written out of every file.

        Raises:
            Damaged: the server still keeps some of it; only a new index is surely without.

        """
        until = time.monotonic() + self._patience
        while self._deleted():
            if time.monotonic() > until:
                raise Damaged("the server keeps texts that are gone; the index is made anew")
            with self._server.asked() as client:
                client.indices.flush(
                    index=self._name, params={"force": "true", "wait_if_ongoing": "true"}
                )
                client.indices.forcemerge(
                    index=self._name, params={"only_expunge_deletes": "true", "flush": "true"}
                )
            if self._deleted():
                time.sleep(_AGAIN)
        with self._server.asked() as client:
            #: What was sent lies in the server's journal until then.
            client.indices.flush(
                index=self._name, params={"force": "true", "wait_if_ongoing": "true"}
            )

    def _deleted(self) -> int:
        """Return how many documents are deleted and still in files, over all copies."""
        with self._server.asked() as client:
            client.indices.refresh(index=self._name)
            told = client.indices.stats(index=self._name, metric="docs")
        return int(told["_all"]["total"]["docs"]["deleted"])

    def _generations(self) -> dict[str, bool]:
        """Return our indexes, and of each whether the alias names it."""
        ours = re.compile(f"{re.escape(self._name)}-[0-9a-f]{{16}}")
        try:
            with self._server.asked() as client:
                found = client.indices.get_alias(index=f"{self._name}-*")
        except NoIndex:
            return {}
        return {
            each: self._name in told["aliases"]
            for each, told in found.items()
            if ours.fullmatch(each)
        }

    def _sweep(self) -> None:
        """Drop what a writer that died left: generations that never were named."""
        left = [each for each, named in self._generations().items() if not named]
        with self._server.asked() as client:
            for each in left:
                client.indices.delete(index=each)
