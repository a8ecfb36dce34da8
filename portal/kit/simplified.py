"""Traditional characters and the simplified ones that they are written as (繁简)."""

from functools import lru_cache

from opencc import OpenCC

_HAN = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0x20000, 0x2A6E0))


@lru_cache(maxsize=1)
def simplified() -> dict[str, str]:
    """Return the simplified form of every character that has another one."""
    characters = [chr(code) for first, last in _HAN for code in range(first, last)]
    converted = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {a: b for a, b in zip(characters, converted, strict=True) if a != b}


@lru_cache(maxsize=1)
def with_other_forms() -> frozenset[str]:
    """Return the characters that the same word may be written with otherwise."""
    return frozenset(simplified()) | frozenset(simplified().values())
