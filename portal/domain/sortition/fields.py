"""Readers of single values of a package; each raises E_SCHEMA for what has another form."""

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar, cast

from portal.domain.sortition.faults import Code, Fault
from portal.domain.sortition.model import Json

_Value = TypeVar("_Value")
_Choice = TypeVar("_Choice", bound=StrEnum)

_LARGEST = 2**53 - 1
DRAW_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
SOURCE_ID = re.compile(r"[a-z0-9]{1,16}")
HEX32 = re.compile(r"[0-9a-f]{64}")


def record(value: object, required: frozenset[str], optional: frozenset[str] = frozenset()) -> Json:
    """Return a JSON object with all required keys and no unknown one."""
    if not isinstance(value, dict):
        raise Fault(Code.SCHEMA)
    keys = value.keys()
    if keys != required and not (keys >= required and keys <= required | optional):
        raise Fault(Code.SCHEMA)
    return value


def mapping(value: object) -> Json:
    """Return a JSON object with whatever keys."""
    if not isinstance(value, dict):
        raise Fault(Code.SCHEMA)
    return value


def array(value: object) -> list[object]:
    """Return a JSON array."""
    if not isinstance(value, list):
        raise Fault(Code.SCHEMA)
    return value


def some(value: object) -> list[object]:
    """Return a JSON array that is not empty."""
    found = array(value)
    if not found:
        raise Fault(Code.SCHEMA)
    return found


def string(value: object) -> str:
    """Return a string."""
    if not isinstance(value, str):
        raise Fault(Code.SCHEMA)
    return value


def matching(value: object, pattern: re.Pattern[str]) -> str:
    """Return a string that is wholly of the pattern."""
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Fault(Code.SCHEMA)
    return value


def hash32(value: object) -> bytes:
    """Return the 32 bytes that 64 lower-case hexadecimal digits stand for."""
    return bytes.fromhex(matching(value, HEX32))


def whole(value: object, least: int = 0, most: int = _LARGEST) -> int:
    """Return a whole number within its range; the text counts a range as part of the type."""
    if type(value) is not int or not least <= value <= most:
        raise Fault(Code.SCHEMA)
    return value


def boolean(value: object) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise Fault(Code.SCHEMA)
    return value


def exactly(value: object, wanted: str) -> None:
    """Demand one certain string."""
    if not isinstance(value, str) or value != wanted:
        raise Fault(Code.SCHEMA)


def choice(value: object, choices: type[_Choice]) -> _Choice:
    """Return the member of a closed list."""
    try:
        return choices(string(value))
    except ValueError:
        raise Fault(Code.SCHEMA) from None


def distinct(value: object, read: Callable[[object], _Value]) -> tuple[_Value, ...]:
    """Return an array without two equal elements."""
    found = tuple(map(read, array(value)))
    if len(found) > 1 and len(set(found)) != len(found):
        raise Fault(Code.SCHEMA)
    return found


def strings(value: object) -> tuple[str, ...]:
    """Return an array of strings without two equal ones."""
    found = array(value)
    if not found:
        return ()
    if not all(isinstance(each, str) for each in found):
        raise Fault(Code.SCHEMA)
    texts = tuple(cast("Iterable[str]", found))
    if len(set(texts)) != len(texts):
        raise Fault(Code.SCHEMA)
    return texts
