"""What the office knows and the public may not read, looked for all at once (Aho-Corasick)."""

import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from portal.airlock.callings import LOOK_BACK, is_person
from portal.airlock.detectors import kinds
from portal.airlock.detectors.fold import SEPARATORS, fold
from portal.airlock.detectors.kinds import Severity

#: Above every code point: a state and a character make one key.
_STATE = 0x110000
#: A word this long is told for itself; a shorter one needs what says that it is a person.
_LONG = 3
#: Fewer digits than this may be a count of anything.
_LONG_NUMBER = 5
_SHORTEST = 2
#: Characters behind a word that may say what it is.
_LOOK_ON = 8
#: A word of letters this long is found whatever signs part it; a shorter one, or a number, may be what two words make.
_UNMISTAKABLE = 4
#: Marks of emphasis, quotation marks and brackets are none of the name that they stand in, however short it is.
_SEPARATORS = re.compile(rf"[{SEPARATORS}*~`\\()\"'“”‘’]")
#: Offices write the same name with whatever brackets are at hand.
_BRACKETS = str.maketrans("[{【〔〖〘「『〈《<]}】〕〗〙」』〉》>", "(((((((((((" + ")))))))))))")


@dataclass(frozen=True, slots=True)
class Told:
    """One known secret found: a span of the text as given, and how grave that is."""

    start: int
    end: int
    severity: Severity
    kind: str = kinds.KNOWN


@dataclass(frozen=True, slots=True)
class Title:
    """The title of a record that a body keeps back (标题); `borne`: another body openly has a record of that title."""

    words: str
    agency_id: str
    borne: bool = False


class KnownSecrets:
    """An automaton over names, certificates, phones, addresses and names of objects.

    Width, case, traditional characters, invisible ones, separators, brackets and quotation marks make no difference, nor does any
    other sign within a word of four letters or more. A single character is no secret that could be looked for, and is left out.
    Titles are the words of one body: what another one openly bears tells of nobody there.
    """

    def __init__(self, words: Iterable[str], titles: Iterable[Title] = ()) -> None:
        """Build it, in time proportional to the length of all words."""
        self._next: dict[int, int] = {}
        self._fail = array("l", [0])
        #: Length of the longest word that ends in a state; 0: none.
        self._ends = array("l", [0])
        #: Whose title each is, without those that are more than a title.
        self._owners: dict[str, set[str]] = {}
        borne: dict[str | None, list[str]] = {}
        for title in titles:
            plain = _plain(title.words).text
            self._owners.setdefault(plain, set()).add(title.agency_id)
            if not title.borne:
                self._add(plain)
                continue
            for there in (title.agency_id, None):
                borne.setdefault(there, []).append(title.words)
        for word in words:
            plain = _plain(word).text
            self._owners.pop(plain, None)
            self._add(plain)
        self._link()
        #: Titles that others bear, by the body in whose texts they are told; None: in texts of nobody known.
        self._borne = {there: KnownSecrets(titled) for there, titled in borne.items()}

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self._next or self._borne)

    def anothers_title(self, text: str, agency_id: str | None) -> str:
        """Return a text as it is looked for where it is nothing but the title of what other bodies than this one keep back; else ""."""
        plain = _plain(text).text
        owners = self._owners.get(plain, set())
        return plain if owners and agency_id is not None and agency_id not in owners else ""

    def _add(self, word: str) -> None:
        if len(word) < _SHORTEST:
            return
        state = 0
        for character in word:
            key = state * _STATE + ord(character)
            state = self._next.get(key, 0)
            if not state:
                state = self._next[key] = len(self._ends)
                self._fail.append(0)
                self._ends.append(0)
        self._ends[state] = len(word)

    def _link(self) -> None:
        """Let every state know where to go on when the text leaves its word.

        Keys were made parents first, and the fall-back of a state is always nearer to the root;
        so states are visited by depth.
        """
        children: list[list[tuple[int, int]]] = [[] for _ in self._ends]
        for key, state in self._next.items():
            children[key // _STATE].append((key % _STATE, state))
        level = [state for _, state in children[0]]
        while level:
            deeper: list[int] = []
            for parent in level:
                for point, state in children[parent]:
                    self._fail[state] = self._step(self._fail[parent], point)
                    if not self._ends[state]:
                        self._ends[state] = self._ends[self._fail[state]]
                    deeper.append(state)
            level = deeper

    def _step(self, state: int, point: int) -> int:
        following = self._next
        while True:
            found = following.get(state * _STATE + point)
            if found is not None:
                return found
            if not state:
                return 0
            state = self._fail[state]

    def scan(self, text: str, agency_id: str | None = None) -> list[Told]:
        """Return what of the words stands in `text`, the longest at each end, in order.

        `agency_id`: whose text it is, where that is known: titles of others that somebody openly bears are not told there.
        """
        own = self._borne.get(agency_id)
        more = own.scan(text) if own else []
        if not self._next:
            return more
        plain = _plain(text)
        places = plain.places
        found = [
            Told(places[start], places[end - 1] + 1, self._severity(text, plain, start, end))
            for start, end in self._spans(plain)
            if not _is_inside_number(text, plain, start, end)
        ]
        return sorted({*found, *more}, key=_place) if more else found

    def _spans(self, plain: "_Plain") -> Iterator[tuple[int, int]]:
        following, fail, ends, state = self._next, self._fail, self._ends, 0
        for place, character in enumerate(plain.text):
            point = ord(character)
            found = following.get(state * _STATE + point)
            while found is None and state:
                state = fail[state]
                found = following.get(state * _STATE + point)
            state = found or 0
            for length in self._lengths(state) if ends[state] else ():
                start, end = place + 1 - length, place + 1
                if not plain.is_parted(start, end):
                    yield start, end
                    break

    def _lengths(self, state: int) -> Iterator[int]:
        """Yield the lengths of the words that end in a state, the longest first."""
        while length := self._ends[state]:
            yield length
            while self._ends[state] == length:
                state = self._fail[state]

    @staticmethod
    def _severity(text: str, plain: "_Plain", start: int, end: int) -> Severity:
        word, places = plain.text[start:end], plain.places
        if len(word) >= (_LONG_NUMBER if word.isdigit() else _LONG):
            return Severity.BLOCK
        first, last = places[start], places[end - 1] + 1
        before = fold(text[max(0, first - LOOK_BACK) : first]).text
        behind = fold(text[last : last + _LOOK_ON]).text
        return Severity.BLOCK if is_person(word, before, behind) else Severity.HOLD


def _place(told: Told) -> tuple[int, int]:
    return told.start, told.end


@dataclass(frozen=True, slots=True)
class _Plain:
    """Letters and digits of a text, folded; where each was, and how many signs that part words stood before it."""

    text: str
    places: list[int]
    parted: list[int]

    def is_parted(self, start: int, end: int) -> bool:
        """Whether a span is too short, or a number, to be one word with such a sign in it."""
        if self.parted[start] == self.parted[end - 1]:
            return False
        return end - start < _UNMISTAKABLE or self.text[start:end].isdigit()


def _is_inside_number(text: str, plain: _Plain, start: int, end: int) -> bool:
    """Whether digits go on directly before or behind a number: then it is another number."""
    first, last = plain.places[start], plain.places[end - 1]
    return (plain.text[start].isdigit() and text[first - 1 : first].isdigit()) or (
        plain.text[end - 1].isdigit() and text[last + 1 : last + 2].isdigit()
    )


def _plain(text: str) -> _Plain:
    """Return what of a text is looked through, in lower case."""
    folded = fold(text.lower() if text.isascii() else text)
    kept: list[str] = []
    places: list[int] = []
    parted: list[int] = []
    signs = 0
    for n, each in enumerate(folded.text.translate(_BRACKETS)):
        if each.isalnum():
            kept.append(_lower(each))
            places.append(n if folded.places is None else folded.places[n])
            parted.append(signs)
        elif not _SEPARATORS.match(each):
            signs += 1
    return _Plain("".join(kept), places, parted)


def _lower(character: str) -> str:
    lower = character.lower()
    return lower if len(lower) == 1 else character
