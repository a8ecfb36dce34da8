"""Servers that follow the register's and are read by sites (只读副本): told the time, and waited for.

A follower knows up to when it holds everything by the time of the last transaction that it replayed. So that this
time goes on while nothing is published, the office commits an empty one every few seconds.
"""

import time
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import PortalError
from portal.kit.db import options
from portal.register.tables.changes import EpochRow, RetirementRow

#: How often to beat, and how long to wait for followers altogether, in seconds.
BEAT = 5.0
PATIENCE = 30.0
_PAUSE, _ANSWER = 0.1, 5

#: What is gone from a register: up to which change, in which life of it.
_GONE = sa.select(
    sa.select(sa.func.coalesce(sa.func.max(RetirementRow.serial), 0)).scalar_subquery(),
    sa.select(EpochRow.value).scalar_subquery(),
)


class NotReplayed(PortalError):
    """What was taken out of the register may still be shown by who reads a follower."""

    code = "not_replayed"


def beat(register: sa.Engine) -> None:
    """Commit a transaction that changes nothing, for followers to know the time by."""
    with register.connect() as connection:
        connection.exec_driver_sql("SELECT pg_current_xact_id()")
        connection.commit()


def gone(register: sa.Engine) -> tuple[int, str]:
    """Return up to which change texts were taken away, 0 for none, and in which life of the register."""
    with Session(register) as session:
        serial, epoch = session.execute(_GONE).one()
    return serial, epoch or ""


def await_all(followers: Sequence[str], what: tuple[int, str]) -> None:
    """Wait until every follower has let go of `what` is gone; `followers` are their URLs.

    Raises:
        NotReplayed: one of them has not, or cannot be asked.

    """
    until = time.monotonic() + PATIENCE
    left = [f"{_name(url)}（{why}）" for url in followers if (why := _awaited(url, what, until))]
    if left:
        raise NotReplayed(
            f"登记册中已撤下；但只读副本 {'、'.join(left)} 可能仍在显示，落后过久时会自行停止提供。"
            "办公端每分钟会再试，也可运行 portal-office release-due"
        )


def _awaited(url: str, what: tuple[int, str], until: float) -> str:
    """Return why a follower has not let go, "" where it has."""
    found = options(url) | {"connect_args": {"connect_timeout": _ANSWER}, "poolclass": sa.NullPool}
    engine = sa.create_engine(**found)
    try:
        while not _holds(gone(engine), what):
            if time.monotonic() > until:
                return "尚未跟上"
            time.sleep(_PAUSE)
    except sa.exc.SQLAlchemyError:
        return "没有应答"
    finally:
        engine.dispose()
    return ""


def _holds(theirs: tuple[int, str], ours: tuple[int, str]) -> bool:
    return theirs[0] >= ours[0] and theirs[1] == ours[1]


def _name(url: str) -> str:
    """Return where a follower is, without its account."""
    parsed = sa.make_url(url)
    host, port = (getattr(parsed, each) or parsed.query.get(each) for each in ("host", "port"))
    return f"{host}:{port}" if port else f"{host}"
