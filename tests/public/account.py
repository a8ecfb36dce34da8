"""What may stand in the register, told apart from how the office goes about it (账).

Every text that is filed holds a word of its own. The account notes what befalls each record, and says which words may be public.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date

Name = tuple[str, str]


@dataclass(frozen=True)
class Word:
    """A word in a field of a record; `leads`: whom it tells of beside, and is hidden with."""

    text: str
    field: str
    leads: tuple[Name, ...] = ()


@dataclass
class Version:
    """A record as one file says it: its words, what is kept back of it, and the records that it goes with."""

    about: Name
    words: list[Word]
    batch: int = 0
    leads: tuple[Name, ...] = ()
    whole: bool = False
    kept: frozenset[str] = frozenset()
    #: Of a check: the items that it looked at, and those of them where it found something.
    items: tuple[Name, ...] = ()
    found: tuple[Name, ...] = ()
    #: Of a party: whether it is a shop, of which nothing is told but a shortened name.
    is_shop: bool = False
    #: Of a draw: the last day on which nobody is told who is on its list.
    sealed_until: date | None = None
    #: Whether the office said that such a list is out: it waits for parties whose own files are not.
    is_listed: bool = False
    #: What the record is called in it, of those that have a name.
    name: Word | None = None


@dataclass
class Standing:
    """How a record stands: what came out of it since it was last withdrawn, and what is kept back of it."""

    versions: list[Version] = field(default_factory=list)
    filed_whole: bool = False
    filed_kept: frozenset[str] = frozenset()
    decided: bool = False
    fields: set[str] = field(default_factory=set)
    #: What files say of it, those that wait too.
    written: list[Version] = field(default_factory=list)
    #: What others that were shown call it, or an item: with the first of them a party is public, and stays so without it.
    named: set[str] = field(default_factory=set)
    #: The newest file that came out of it: one that was filed before it says nothing any more.
    batch: int = 0
    #: Whether anything was ever kept back of it, or taken back.
    touched: bool = False

    @property
    def hidden(self) -> bool:
        """Whether nothing of it may be public."""
        return self.decided or self.filed_whole

    @property
    def kept(self) -> set[str]:
        """Return the fields that are kept back."""
        return self.fields | self.filed_kept

    @property
    def is_shop(self) -> bool:
        """Whether it is a shop by now."""
        return bool(self.versions) and self.versions[-1].is_shop


class Account:
    """The account of one history."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._standing: dict[Name, Standing] = {}
        self.words: set[str] = set()
        self.today = date.min

    def of(self, name: Name) -> Standing:
        """Return how a record stands."""
        return self._standing.setdefault(name, Standing())

    def write(self, version: Version) -> None:
        """Note what a file says, that nobody may know of yet."""
        self.words |= {word.text for word in version.words}
        standing = self.of(version.about)
        standing.written.append(version)
        standing.touched |= version.whole or bool(version.kept)

    def release(self, version: Version) -> None:
        """Note that a file came out."""
        standing = self.of(version.about)
        if version.batch < standing.batch:
            return
        standing.batch = version.batch
        standing.filed_whole, standing.filed_kept = version.whole, version.kept
        standing.versions.append(version)
        self._tell(standing, version)
        if version.about[0] == "item" and version.name and not standing.hidden:
            standing.named.add(version.name.text)

    def dawn(self, today: date, listed: Collection[int] = ()) -> None:
        """Note that a day begins: lists that were sealed come out, at the latest those of the batches `listed`."""
        self.today = today
        for standing in list(self._standing.values()):
            for version in standing.versions[-1:]:
                version.is_listed |= version.batch in listed
                if version.sealed_until and not self._is_sealed(version):
                    self._tell(standing, version)

    def _tell(self, standing: Standing, version: Version) -> None:
        """Note what a file that is out calls others."""
        for word in self._of(standing, version):
            for lead in word.leads:
                if not word.field:
                    self.of(lead).named.add(word.text)

    def _is_sealed(self, version: Version) -> bool:
        return version.sealed_until is not None and version.sealed_until >= self.today

    def hide(self, name: Name, place: str) -> None:
        """Note a decision on a field, or on the whole of a record (`place` is empty)."""
        standing = self.of(name)
        standing.touched = True
        if place:
            standing.fields.add(place)
        else:
            standing.decided = True

    def open(self, name: Name, place: str) -> None:
        """Note that a decision opens what was kept back."""
        standing = self.of(name)
        if place:
            standing.fields.discard(place)
            standing.filed_kept -= {place}
        else:
            standing.decided = standing.filed_whole = False
        for version in standing.written:
            version.whole = version.whole and bool(place)
            version.kept -= {place}

    def withdraw(self, name: Name) -> None:
        """Note that what was public of a record is taken back, with what goes with it."""
        self.of(name).touched = True
        for about, standing in list(self._standing.items()):
            if about == name:
                standing.versions.clear()
                #: The name of an item stays where checks say it.
                standing.named = standing.named if name[0] == "item" else set()
            elif any(name in version.leads for version in standing.versions):
                self.withdraw(about)

    def shown(self, name: Name) -> bool:
        """Whether a record may be public by its name."""
        standing = self.of(name)
        return bool(standing.versions) and not standing.hidden and "name" not in standing.kept

    def allowed(self) -> set[str]:
        """Return the words that may be public."""
        found = set()
        for standing in list(self._standing.values()):
            found |= {w.text for each in standing.versions for w in self._of(standing, each)}
            found |= set() if standing.hidden or self._is_nameless(standing) else standing.named
        return found

    def _of(self, standing: Standing, version: Version) -> Iterator[Word]:
        if standing.hidden or self._alone(version.items) or self._idle(version):
            return
        if any(self._gone(lead) for lead in version.leads):
            return
        kept = standing.kept
        if self._is_nameless(standing) and version.about[0] == "entity":
            kept |= {"name", "industry"}
        shops = [self.of(lead) for lead in version.leads]
        if any(each.is_shop for each in shops):
            kept |= {"unit"}
        for word in version.words:
            if self._is_sealed(version) and not word.field:
                continue
            if word.field not in kept and not any(self._unsaid(word, each) for each in word.leads):
                yield word

    def _is_nameless(self, standing: Standing) -> bool:
        return standing.is_shop or "name" in standing.kept

    def _unsaid(self, word: Word, lead: Name) -> bool:
        """Whether nobody may be told of `lead` what the word tells; the full name of a shop stays where others say it."""
        standing = self.of(lead)
        if standing.hidden or (lead[0] == "entity" and "name" in standing.kept):
            return True
        return standing.is_shop and not word.field

    def _alone(self, items: tuple[Name, ...]) -> bool:
        """Whether there is something, and all of it is hidden."""
        return bool(items) and all(self.of(item).hidden for item in items)

    def _gone(self, lead: Name) -> bool:
        """Whether what goes with this record may not be public either."""
        standing = self.of(lead)
        if standing.hidden:
            return True
        if not standing.versions:
            #: A party needs no file of its own.
            return lead[0] != "entity"
        last = standing.versions[-1]
        return self._alone(last.items) or any(self._gone(each) for each in last.leads)

    def _idle(self, version: Version) -> bool:
        """Whether it is a step after a check that found nothing, or nothing that may be told."""
        if version.about[0] != "followup":
            return False
        versions = self.of(version.leads[0]).versions
        return not versions or not versions[-1].found or self._alone(versions[-1].found)

    def due(self) -> set[str]:
        """Return words that have to be public: of what was never touched, nor leads to what was."""
        lasts = [
            standing.versions[-1] for standing in list(self._standing.values()) if standing.versions
        ]
        return {
            word.text
            for last in lasts
            if not self._touched(last.about)
            and not self._idle(last)
            and not any(self._gone(lead) for lead in last.leads)
            for word in last.words
            if word.field or not last.sealed_until or last.is_listed
        }

    def _touched(self, name: Name, seen: frozenset[Name] = frozenset()) -> bool:
        """Whether a record, or one that it leads to, goes with or quotes, was ever touched."""
        standing = self.of(name)
        if standing.touched or any(version.is_shop for version in standing.written):
            return True
        seen |= {name}
        leads = {
            lead
            for version in standing.versions[-1:]
            for lead in (*version.leads, *version.items, *(each for word in version.words for each in word.leads))
        }  # fmt: skip
        return any(self._touched(lead, seen) for lead in leads - seen)
