"""The engine on a server: for those who outgrow one machine. It answers what the one on this machine answers."""

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any, Final

from portal.register.search.analysis import compact, fold
from portal.register.search.model import Answer, Hit, Query, Tier, TooMuch, Unavailable
from portal.register.search.nearness import allowed, distance, slips
from portal.register.search.remote import questions
from portal.register.search.remote.address import Address
from portal.register.search.remote.rows import WINDOW
from portal.register.search.remote.server import Json, Server, State

#: Seconds one query may take on the server, and how much longer its answer may be on the way.
BUDGET = 0.5
_ON_THE_WAY = 1.5
#: Seconds that hits far down may be walked to.
_WALK = 2.0
#: Seconds in which a server that did not answer is not asked again, so that readers do not wait one by one.
_PAUSE = 3.0


class OpenSearchEngine:
    """Answers from the index that the alias names at that moment."""

    def __init__(self, address: Address, *, budget: float = BUDGET) -> None:
        self._server: Final = Server(address, budget + _ON_THE_WAY)
        self._budget: Final = budget
        self._away_until = 0.0

    def search(self, query: Query) -> Answer:
        """Answer `query`, see the protocol.

        Where it is seen in the middle of a change, `serial` is the one before.
        """
        near = query.offset + query.limit <= WINDOW
        wanted = questions.page(
            query, first=query.offset if near else 0, size=query.limit if near else 0
        )
        wanted |= {"track_total_hits": True}
        if query.facets:
            wanted |= {"aggs": questions.counts(query.facets)}
        state, found = self._ask(questions.REACHED, wanted)
        total = found["hits"]["total"]["value"]
        hits = found["hits"]["hits"] if near else self._far(query, total)
        aggregations = found.get("aggregations", {})
        return Answer(
            hits=tuple(_hit(each, questions.tier(each["_score"])) for each in hits),
            total=total,
            facets={name: self._counts(query, name, aggregations[name]) for name in query.facets},
            serial=State.read(state["hits"]["hits"][0]["_source"]).serial,
        )

    def suggest(self, prefix: str, *, kinds: Sequence[str] = (), limit: int = 8) -> list[Hit]:
        """Return documents whose name, identifier or sound begins with `prefix`, newest first."""
        wanted = questions.suggestion(prefix, kinds, limit)
        return self._listed(wanted) if wanted else []

    def spelling(self, text: str, *, kinds: Sequence[str] = (), limit: int = 3) -> list[Hit]:
        """Return documents whose name or code is nearly `text`, see the protocol."""
        folded = fold(text)
        plain = compact(folded)
        meant, most = slips(plain), allowed(plain)
        found = self._listed(questions.slip(meant, kinds, limit)) if meant else []
        if most:
            found += self._alike(folded, most, kinds)
        return list(dict.fromkeys(found))[:limit]

    def serial(self) -> int:
        """Return the change the index has reached; 0 when there is none."""
        self._rest()
        try:
            state = self._server.state()
        except Unavailable:
            self._away_until = monotonic() + _PAUSE
            raise
        return state.serial if state else 0

    def ready(self) -> None:
        """Make the tables of characters; the server is asked when there is a question."""
        fold("一")

    def _rest(self) -> None:
        if monotonic() < self._away_until:
            raise Unavailable(f"检索服务器 {self._server.address} 刚才没有应答")

    def _ask(self, *bodies: Json) -> list[Json]:
        """Send several questions at once; they are answered one after another.

        Raises:
            TooMuch: one of them takes longer than its budget.
            Unavailable: the server, or a part of the index, does not answer.

        """
        self._rest()
        head = {"index": self._server.address.name, "allow_partial_search_results": False}
        timeout = {"timeout": f"{int(self._budget * 1000)}ms"}
        lines = [line for body in bodies for line in (head, body | timeout)]
        try:
            with self._server.asked() as client:
                answer = client.msearch(body=lines, params={"max_concurrent_searches": 1})
            return [self._whole(each) for each in answer["responses"]]
        except Unavailable:
            self._away_until = monotonic() + _PAUSE
            raise

    def _whole(self, answer: Json) -> Json:
        if "error" in answer:
            raise self._server.refusal(answer.get("status"), answer)
        if answer["timed_out"]:
            raise TooMuch("查询范围过大，请增加关键词或筛选条件后再试")
        if answer["_shards"]["failed"]:
            raise Unavailable(f"检索服务器 {self._server.address} 的索引不完整")
        return answer

    def _listed(self, wanted: Json) -> list[Hit]:
        (found,) = self._ask(wanted)
        return [_hit(each, Tier.NAME_PREFIX) for each in found["hits"]["hits"]]

    def _alike(self, folded: str, most: int, kinds: Sequence[str]) -> list[Hit]:
        """Return those that differ by at most `most` characters, newest first."""
        (found,) = self._ask(questions.likeness(folded, kinds))
        plain = compact(folded)
        near = [
            (-each["_source"]["day"], _hit(each, Tier.NAME_PREFIX))
            for each in found["hits"]["hits"]
            if any(distance(plain, compact(name)) <= most for name in each["_source"]["name"])
        ]
        return [hit for _, hit in sorted(near, key=lambda each: (each[0], each[1].public_id))]

    def _far(self, query: Query, total: int) -> list[Json]:
        """Walk to a page far down, as far each time as the server lets one see.

        Raises:
            TooMuch: it is too far.

        """
        end, skipped = monotonic() + _WALK, 0
        after: Json = {}
        while skipped < query.offset < total:
            if monotonic() > end:
                raise TooMuch("页码过深，请增加关键词或筛选条件后再试")
            step = min(WINDOW, query.offset - skipped)
            (found,) = self._ask(questions.page(query, first=0, size=step) | after)
            if len(found["hits"]["hits"]) < step:
                return []
            after = {"search_after": found["hits"]["hits"][-1]["sort"]}
            skipped += step
        if query.offset >= total:
            return []
        (found,) = self._ask(questions.page(query, first=0, size=min(query.limit, WINDOW)) | after)
        hits: list[Json] = found["hits"]["hits"]
        return hits

    def _counts(self, query: Query, facet: str, found: Mapping[str, Any]) -> dict[str, int]:
        """Return how many hits have each value; fetch all, value by value, where they are many."""
        if not found["sum_other_doc_count"] and not found["doc_count_error_upper_bound"]:
            return dict(sorted((each["key"], each["doc_count"]) for each in found["buckets"]))
        counts: dict[str, int] = {}
        after: Json | None = None
        while True:
            (answer,) = self._ask(questions.all_values(query, facet, after))
            part = answer["aggregations"]["values"]
            counts |= {each["key"]["value"]: each["doc_count"] for each in part["buckets"]}
            after = part.get("after_key")
            if not after:
                return dict(sorted(counts.items()))


def _hit(found: Json, tier: Tier) -> Hit:
    fields = found["fields"]
    return Hit(fields["facet.kind"][0], fields["id"][0], tier)
