"""Names of administrative divisions by their six-digit code (行政区划).

The table is the county-level list of the public package china-division (WTFPL), with the
fictitious divisions of the demonstration at its end; codes that begin with 99 do not exist.
"""

from functools import cache
from pathlib import Path


@cache
def _names() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in Path(__file__).with_name("regions.tsv").read_text("utf-8").splitlines()[1:]:
        code, province, city, county = line.split("\t")
        found[code] = county
        if city:  # some counties belong to their province directly
            found.setdefault(f"{code[:4]}00", city)
        found.setdefault(f"{code[:2]}0000", province)
    return found


def name(code: str) -> str:
    """Return the short name of a division, or the code itself where the table has none."""
    return _names().get(code, code)


def full_name(code: str) -> str:
    """Return the name with the city it belongs to, e.g. 杭州市萧山区."""
    city = name(f"{code[:4]}00")
    own = name(code)
    return own if code.endswith("00") or city in (own, f"{code[:4]}00") else f"{city}{own}"
