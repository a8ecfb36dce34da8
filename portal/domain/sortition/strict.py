"""Reads a package as JSON, refusing what two programs could read differently (section 3).

Left open by the text, and read thus: an escaped lone surrogate is JSON by its grammar and is refused
where texts are looked at; a value nested deeper than any package can be is refused here, since
where programs give up differs; two keys are equal when they are after unescaping.
"""

import json
import re

from portal.domain.sortition.faults import Code, Fault

#: Deeper than this nothing is read; a valid package is six levels deep.
DEEPEST = 512
_LARGEST = 2**53 - 1
_WHOLE = re.compile(r"0|[1-9][0-9]{0,15}")


def parse(raw: bytes) -> object:
    """Return the value in `raw`, of dicts, lists, strings, booleans and whole numbers.

    Nulls and too deep nesting are left to `is_sound`: no schema admits them, so that only a value
    which has failed there need be walked.

    Raises:
        Fault: E_JSON.

    """
    try:
        return json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_distinct,
            parse_int=_whole,
            parse_float=_refuse,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError):
        raise Fault(Code.JSON) from None


def is_sound(value: object) -> bool:
    """Whether `value` holds no null and is not nested too deep."""
    level = [value]
    for _ in range(DEEPEST + 1):
        if None in [each for each in level if each is None]:
            return False
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return True
    return False


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else []


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Fault(Code.JSON)
    return found


def _whole(digits: str) -> int:
    if not _WHOLE.fullmatch(digits) or (number := int(digits)) > _LARGEST:
        raise Fault(Code.JSON)
    return number


def _refuse(_text: str) -> object:
    raise Fault(Code.JSON)
