"""Slips of the hand in codes: what a number that finds nobody may have been meant to be."""

from collections.abc import Iterator
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.folding import fold
from portal.register.tables.entities import EntityKeyRow

#: Characters of a credit code (GB 32100), folded: no I, O, S, V, Z.
_ALPHABET = "0123456789abcdefghjklmnpqrtuwxy"
#: Letters that a credit code does not have, and the figure that looks like them.
_LOOKALIKES = str.maketrans("iosz", "1052")
_SHORTEST, _LONGEST = 12, 19
_FEWEST_FIGURES = 6


def meant_code(session: Session, typed: str) -> str | None:
    """Return the one public number that `typed` is a slip of, as it is kept; None when none or several are.

    A slip is a letter for the figure it looks like, one wrong, one missing or one extra character, or
    two neighbours changed about.
    """
    text = fold(typed)
    if not _looks_like_a_code(text):
        return None
    looked = text.translate(_LOOKALIKES)
    wanted = {looked, *_slips(looked)} - {text}
    found = session.scalars(
        sa.select(EntityKeyRow.value)
        .where(EntityKeyRow.value.in_(sorted(wanted)))
        .distinct()
        .limit(2)
    ).all()
    return found[0].upper() if len(found) == 1 else None


def _looks_like_a_code(text: str) -> bool:
    figures = sum(character.isdecimal() for character in text)
    return (
        text.isascii()
        and text.isalnum()
        and _SHORTEST <= len(text) <= _LONGEST
        and figures >= _FEWEST_FIGURES
    )


def _slips(text: str) -> Iterator[str]:
    for place in range(len(text)):
        head, tail = text[:place], text[place + 1 :]
        yield head + tail
        for character in _ALPHABET:
            yield head + character + tail
            yield head + character + text[place:]
    for character in _ALPHABET:
        yield text + character
    for place, (first, second) in enumerate(pairwise(text)):
        yield text[:place] + second + first + text[place + 2 :]
