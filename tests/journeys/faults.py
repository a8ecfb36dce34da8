"""An office that files, publishes and withdraws without end, and says what it has done: something to be killed.

Run as a program with a data folder, it begins a new life for each number it reads, in a process of its own,
says ``pid N``, and ``over`` at its end. A life begins at its number and prints one line a step: ``put KEY`` or
``gone KEY`` before it begins, ``done KEY ID`` or ``withdrawn KEY ID`` once the order is acknowledged.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.internal.desk import retract
from portal.internal.desk.stores import open_stores
from portal.internal.tables.filings import FilingRow
from portal.kit import clock
from portal.register.records import Kind
from tests.conftest import Office
from tests.makers import RESULT_ROW, Row
from tests.stage import urls

#: Begins the text of every result; its number follows.
CANARY = "示例市麒麟字号"


def main(data: Path) -> None:
    """Begin life after life."""
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            live(data, int(line))
        say(f"pid {pid}")
        os.waitpid(pid, 0)
        say("over")


def live(data: Path, number: int) -> None:
    """Publish, and withdraw every other, until somebody ends us."""
    stores = open_stores(*urls(data))
    office = Office(stores, data.parent)
    while True:
        key = f"F-{number:06d}"
        say(f"put {key}")
        office.put("results", _row(key), now=clock.utc_now())
        with Session(stores.internal) as session:
            query = sa.select(FilingRow.public_id).where(FilingRow.kind == "result")
            public_id = session.scalars(query.order_by(FilingRow.id.desc()).limit(1)).one()
        say(f"done {key} {public_id}")
        if number % 2:
            say(f"gone {key}")
            retract.retract(
                stores, Kind.RESULT, public_id, by="he", second="an", now=clock.utc_now()
            )
            say(f"withdrawn {key} {public_id}")
        number += 1


def say(line: str) -> None:
    """Say a line at one go: two processes speak."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


def _row(key: str) -> Row:
    today = clock.local_today() - timedelta(days=3)
    return {
        **RESULT_ROW, "code": key, "detail": f"{CANARY}{key}", "inspected_on": today.isoformat(),
    }  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
