"""An index in memory, engine and writer in one: it looks into every text of every document."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from portal.register.search.analysis import compact, fold
from portal.register.search.model import Answer, Document, Hit, NoIndex, Query, Tier
from tests.register.search import naive


class Killed(BaseException):
    """What `dying` does."""


@dataclass
class Memory:
    """`purged` are the ids that were ever given with purge, `rebuilt` how often it started over."""

    documents: dict[str, Document] = field(default_factory=dict)
    reached: int = 0
    life: str | None = None
    purged: set[str] = field(default_factory=set)
    rebuilt: int = 0
    #: Die in the middle of the next change: all is written but the serial.
    dying: bool = False
    half: bool = False

    def rebuild(self, documents: Iterable[Document], *, serial: int, epoch: str) -> None:
        self.documents = {each.public_id: each for each in documents}
        self.reached, self.life, self.rebuilt = serial, epoch, self.rebuilt + 1

    def apply(
        self, documents: Iterable[Document], gone: Sequence[str], *, serial: int, purge: bool
    ) -> None:
        fresh = {each.public_id: each for each in documents}
        if purge:
            self.purged |= {*fresh, *gone}
        for each in gone:
            self.documents.pop(each, None)
        self.documents |= fresh
        self.half = self.dying or (serial == self.reached and (self.half or bool(fresh or gone)))
        if self.dying:
            self.dying = False
            raise Killed
        self.reached = serial

    def intact(self) -> bool:
        return True

    def torn(self) -> bool:
        return self.half

    def epoch(self) -> str | None:
        return self.life

    def serial(self) -> int:
        return self.reached

    def ready(self) -> None:
        """Nothing to do."""

    def search(self, query: Query) -> Answer:
        if self.life is None:
            raise NoIndex("nothing was built")
        return naive.search(self.documents.values(), query, self.reached)

    def suggest(self, prefix: str, *, kinds: Sequence[str] = (), limit: int = 8) -> list[Hit]:
        wanted = compact(fold(prefix))
        found = [
            each
            for each in sorted(self.documents.values(), key=lambda each: each.day, reverse=True)
            if (not kinds or each.kind in kinds)
            and any(
                compact(fold(text)).startswith(wanted) for text in (*each.names, *each.identifiers)
            )
        ]
        return [Hit(each.kind, each.public_id, Tier.NAME_PREFIX) for each in found[:limit]]

    def spelling(self, text: str, *, kinds: Sequence[str] = (), limit: int = 3) -> list[Hit]:
        del text, kinds, limit
        return []
