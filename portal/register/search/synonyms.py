"""Words of the field that mean the same: a query for one also finds the others."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.register.search.analysis import compact, fold
from portal.register.search.model import Term

Groups = tuple[tuple[Term, ...], ...]
_ENDING = "…"


class BadSynonyms(ValueError):
    """A line of the list cannot be used; the message names it."""


@dataclass(frozen=True, slots=True)
class Synonyms:
    """What to look for besides a word (folded), and besides an ending of a longer word."""

    words: Mapping[str, tuple[str, ...]]
    endings: Mapping[str, tuple[str, ...]]

    def of(self, text: str) -> tuple[str, ...]:
        """Return what means the same as `text`."""
        folded = _key(text)
        found = dict.fromkeys(self.words.get(folded, ()))
        #: The longest ending says most: 市场监督管理局, not 管理局.
        for start in range(len(folded)):
            if others := self.endings.get(folded[start:]):
                found.update((folded[:start] + other, None) for other in others)
                break
        return tuple(found)


def read(text: str) -> Synonyms:
    r"""Read a list: one group to a line, ``…`` before a word that may end a longer one.

    Raises:
        BadSynonyms: a line holds a single word.

    >>> read("# 说明\n摇号 抽签\n…环保局 …生态环境局").of("示例市环保局")
    ('示例市生态环境局',)

    """
    words: dict[str, dict[str, None]] = defaultdict(dict)
    endings: dict[str, dict[str, None]] = defaultdict(dict)
    for number, line in enumerate(text.splitlines(), 1):
        group = [] if line.lstrip().startswith("#") else line.split()
        if len(group) == 1:
            raise BadSynonyms(f"synonyms.txt:{number}: a group needs two words or more")
        bare = [each.removeprefix(_ENDING) for each in group]
        for each, word in zip(group, bare, strict=True):
            place = endings if each.startswith(_ENDING) else words
            place[_key(word)].update(dict.fromkeys(other for other in bare if other != word))
    return Synonyms(*({word: tuple(found) for word, found in m.items()} for m in (words, endings)))


def _key(text: str) -> str:
    return compact(fold(text))


@cache
def usual() -> Synonyms:
    """Return the list that comes with the portal (synonyms.txt)."""
    return read(Path(__file__).with_name("synonyms.txt").read_text("utf-8"))


def expand(groups: Groups, *, known: Synonyms, literally: frozenset[str] = frozenset()) -> Groups:
    """Return `groups` with the synonyms of each wanted word beside it.

    An excluded word excludes only itself, and a word in `literally` (folded: it stood in quotation
    marks) means just itself.
    """
    return tuple(_expanded(group, known, literally) for group in groups)


def _expanded(
    group: tuple[Term, ...], known: Synonyms, literally: frozenset[str]
) -> tuple[Term, ...]:
    found = dict.fromkeys(group)
    for term in group:
        if not term.excluded and _key(term.text) not in literally:
            found.update((Term(other), None) for other in known.of(term.text))
    return tuple(found)
