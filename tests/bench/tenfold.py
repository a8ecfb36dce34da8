"""Make a register of ten times the size: ``python -m tests.bench.tenfold FROM TO [--times 10]``.

FROM is a folder that `tests.bench.site --keep` has built; TO holds its records, and nine more times as many parties,
results and steps of the same agencies and items, under names and ids of their own. Publishing ten million records as
they are published takes a day; rows that follow from those there are written by SQLite itself, in about an hour. All
that pages, lists, feeds, exports and the search read is there: changes, events, figures and tallies. What only proofs
read is not: the log of the copies has no tiles, so no head can be signed of it.
"""

import argparse
import sqlite3
import sys
import time
from pathlib import Path

from portal.kit import config
from portal.kit.db import engine_for
from portal.register.search import keeping

#: What tells copies of a name apart.
_BRANCHES = "东西南北中上下前后左右内外"


def _other(column: str, copy: int) -> str:
    """Return the id that stands for the one in `column`; the ids of the bench begin with two digits to spare."""
    return f"substr({column}, 1, 2) || 'z{copy:x}' || substr({column}, 5)"


def _columns(copy: int, last: int) -> dict[str, dict[str, str]]:
    """Return of each table to copy what its columns become; those not named stay as they are."""
    branch = f"（{_BRANCHES[copy]}）"
    serial = f"serial + {copy * last}"
    own, of, party = (_other(each, copy) for each in ("public_id", "result_id", "entity_id"))
    number = "json_extract(body, '$.identifiers[0].value')"
    another = f"substr({number}, 1, 7) || '{copy:X}' || substr({number}, 9)"

    def named(column: str) -> str:
        told = f"replace({column}, name, name || '{branch}')"
        return f"replace(replace({told}, {number}, {another}), public_id, {own})"

    def checked(column: str) -> str:
        return f"replace(replace({column}, 'e_00', 'e_z{copy:x}'), public_id, {own})"

    def taken(column: str) -> str:
        return f"replace(replace({column}, result_id, {of}), public_id, {own})"

    record = {"public_id": own, "serial": serial}
    return {
        "entity": record | {"name": f"name || '{branch}'", "body": named("body"), "line": named("line")},
        "entity_key": {
            "entity_id": party,
            "value": f"iif(value LIKE '示例市%', value || '{branch}', substr(value, 1, 7) || '{copy:x}' || substr(value, 9))",
        },
        "result": record | {"entity_id": party, "body": checked("body"), "line": checked("line")},
        "outcome": {"result_id": of},
        "visit": {"entity_id": party},
        "followup": record | {"result_id": of, "body": taken("body"), "line": taken("line")},
        "version": record | {"body": checked("body")},
        "change": record,
        "leaf": {"serial": serial, "supersedes": f"supersedes + {copy * last}", "commitment": "randomblob(32)", "salt": "randomblob(32)"},
        "event": {
            "serial": serial,
            "scope": f"iif(scope LIKE 'e:%', 'e:' || {_other('substr(scope, 3)', copy)}, scope)",
            "position": f"iif(scope LIKE 'e:%', position, position + {copy} * (SELECT max(position) FROM one.event AS own WHERE own.scope = event.scope))",
        },
    }  # fmt: skip


#: Agencies and items stay those they are.
_STAYING = "substr(public_id, 1, 2) NOT IN ('a_', 'i_')"


def _copy(register: sqlite3.Connection, copy: int, last: int) -> None:
    for table, become in _columns(copy, last).items():
        names = [f'"{name}"' for _, name, *_ in register.execute(f"PRAGMA one.table_info({table})")]
        values = [become.get(name.strip('"'), name) for name in names]
        there = [name for (name,) in register.execute("SELECT name FROM pragma_index_xinfo(?) WHERE key", (f"sqlite_autoindex_{table}_1",))]  # fmt: skip
        order = ", ".join(there) or "1"
        which = f"WHERE {_STAYING}" if table in ("change", "version") else ""
        register.execute(f"INSERT INTO main.{table} ({', '.join(names)}) SELECT {', '.join(values)} FROM one.{table} {which} ORDER BY {order}")  # fmt: skip


def main() -> None:
    """Build the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path, metavar="FROM")
    parser.add_argument("target", type=Path, metavar="TO")
    parser.add_argument("--times", type=int, default=10, choices=range(2, len(_BRANCHES) + 1))
    asked = parser.parse_args()
    asked.target.mkdir(parents=True)
    register = sqlite3.connect(asked.target / "register.db", isolation_level=None)
    with sqlite3.connect(asked.source / "register.db") as source, sqlite3.connect(asked.source / "letterbox.db") as letters:  # fmt: skip
        source.backup(register)
        letters.backup(sqlite3.connect(asked.target / "letterbox.db"))
    for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -4000000"):
        register.execute(f"PRAGMA {setting}")
    register.execute("ATTACH ? AS one", (str(asked.source / "register.db"),))
    begun = time.perf_counter()

    def said(what: str) -> None:
        sys.stdout.write(f"{time.perf_counter() - begun:7.0f} s  {what}\n")
        sys.stdout.flush()

    kept = register.execute("SELECT name, sql FROM main.sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()  # fmt: skip
    for name, _ in kept:
        register.execute(f"DROP INDEX main.{name}")
    (last,) = register.execute("SELECT max(serial) FROM one.change").fetchone()
    for copy in range(1, asked.times):
        _copy(register, copy, last)
        said(f"copy {copy}")
    for table in ("figure", "tally"):
        register.execute(f"UPDATE main.{table} SET count = count * ?", (asked.times,))
    for name, sql in kept:
        register.execute(sql)
        said(name)
    register.execute("PRAGMA journal_mode = WAL")
    register.close()
    settings = config.load({"PORTAL_DATA": str(asked.target)})
    keeping.catch_up(engine_for(settings.register_url), keeping.Place.of(settings.search_url, settings.data))  # fmt: skip
    said("search index")
    (asked.target / "built").touch()


if __name__ == "__main__":
    main()
