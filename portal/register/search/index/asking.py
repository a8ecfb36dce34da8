"""One term of a query, taken apart once for all segments."""

from dataclasses import dataclass
from time import thread_time
from typing import Final

from portal.register.search.analysis import EDGE, compact, fold, runs
from portal.register.search.index.grams import Units, key, tokens, units
from portal.register.search.index.phrases import LONGEST, SHORTEST, Phrase
from portal.register.search.model import TooMuch

_PAIR = 2
_MOST_PARTS = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """A term as it is looked up. `pairs` and `words` all occur wherever the term does.

    `pairs` holds the number of each pair of units with its distance from the term's first unit.
    `exact` says that one look-up is the whole answer: the term is a pair, a run, or two runs.
    """

    folded: str
    plain: str
    units: Units
    pairs: tuple[tuple[int, int], ...]
    words: tuple[str, ...]
    exact: bool
    phrase: Phrase
    parts: tuple[Phrase, ...]

    @classmethod
    def read(cls, text: str) -> "Asked | None":
        """Take `text` apart; None when nothing of it can be looked up."""
        folded = fold(text)
        if not folded:
            return None
        numbers, words = units(folded), _longest(runs(folded))
        is_run = bool(words) and folded == EDGE + words[0] + EDGE
        found = {} if is_run else _pairs(numbers)
        exact = is_run or len(numbers) == 1 or (len(numbers) == _PAIR and bool(found))
        return cls(
            folded,
            compact(folded),
            numbers,
            tuple(found.items()),
            words,
            exact,
            Phrase.of(numbers),
            _parts(numbers),
        )


def _pairs(numbers: Units) -> dict[int, int]:
    """Return the pairs that are indexed of a term, and where each stands first."""
    plain, told = numbers.tolist(), tokens(numbers).tolist()
    found: dict[int, int] = {}
    for i in range(len(plain) - 1):
        if told[i] or told[i + 1]:
            found.setdefault(key(plain[i], plain[i + 1]), i)
    return found


def _parts(numbers: Units) -> tuple[Phrase, ...]:
    """Return shorter phrases that a term consists of, in case they are common and it is not."""
    size = LONGEST if len(numbers) > LONGEST else SHORTEST
    last = min(len(numbers) - size + 1, _MOST_PARTS)
    return tuple(Phrase.of(numbers[i : i + size]) for i in range(last))


def _longest(words: list[str]) -> tuple[str, ...]:
    """Leave out the runs that are told by a pair of runs; longest first."""
    pairs = [word for word in words if EDGE in word]
    told = {part for pair in pairs for part in pair.split(EDGE)}
    return tuple(dict.fromkeys([*pairs, *(word for word in words if word not in told)]))


class Patience:
    """How much processor time one query may take, in seconds; waiting for other work does not count."""

    def __init__(self, seconds: float) -> None:
        self._end: Final = thread_time() + seconds

    def check(self) -> None:
        """Go on, or give up.

        Raises:
            TooMuch: the time is over.

        """
        if thread_time() > self._end:
            raise TooMuch("查询范围过大，请增加关键词或筛选条件后再试")
