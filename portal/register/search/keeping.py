"""Where an index lies, who opens it, and how it is kept up to date."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.queries import changes
from portal.register.search import verifying
from portal.register.search.model import Damaged, Engine, IndexWriter, Unavailable
from portal.register.search.opening import folder_of, open_engine, open_writer
from portal.register.search.subscriber import Reached, Say, Subscriber, life
from portal.register.search.turns import turn

#: How long between two looks at the changelog, in seconds.
LOOK_SECONDS = 0.3
#: How long to wait for another writer, in seconds: longer than any purge takes.
PATIENCE = 120.0

Tell = Callable[[Reached], None]
Lost = Callable[[Unavailable], None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the index lies (PORTAL_SEARCH_URL), and the file that its writers take turns by."""

    #: May hold a password.
    url: str = field(repr=False)
    lock: Path

    @classmethod
    def of(cls, url: str, data: Path) -> "Place":
        """Return the place that the settings name."""
        return cls(url, data / "search.lock")


def catch_up(
    register: sa.Engine,
    place: Place,
    *,
    rebuild: bool = False,
    only_if_built: bool = False,
    thorough: bool = False,
    say: Say | None = None,
) -> Reached | None:
    """Bring the index to where the register is, in this process, when it is our turn to write.

    `thorough` reads every byte of it first, and builds it anew where one is wrong.

    With `only_if_built` an index that is not there is not made: there is nothing to take out of it,
    and the answer is None.

    Raises:
        IndexBusy: another process wrote all the time that one was ready to wait.
        Unavailable: the server of the index does not answer.

    """
    place.lock.parent.mkdir(parents=True, exist_ok=True)
    with turn(place.lock, patience=PATIENCE):
        writer = open_writer(place.url)
        if only_if_built and not _is_built(writer):
            return None
        rebuild = rebuild or (thorough and not writer.intact())
        subscriber = Subscriber(register, open_engine(place.url), writer)
        return subscriber.catch_up(rebuild=rebuild, say=say)


def verify(register: sa.Engine, place: Place, *, say: Say | None = None) -> list[str]:
    """Return what the index says otherwise than the register; nothing is written.

    Raises:
        IndexBusy: another process wrote all the time that one was ready to wait.

    """
    folder = folder_of(place.url)
    if folder is None:
        return ["OpenSearch 上的索引不能逐篇核对；portal-site index --rebuild 可按登记册重建"]
    if register.dialect.name == "postgresql":
        register = register.execution_options(isolation_level="REPEATABLE READ")
    with turn(place.lock, patience=PATIENCE), Session(register) as session:
        return list(verifying.faults(session, folder, say))


def follow(
    register: sa.Engine,
    place: Place,
    *,
    tell: Tell,
    lost: Lost,
    stop: threading.Event,
    say: Say | None = None,
) -> None:
    """Catch up whenever the register has moved on, or the index is gone, until `stop` is set.

    While the server of the index is away it is asked again and again; `lost` is told once each time.

    Raises:
        IndexBusy: another process wrote all the time that one was ready to wait.

    """
    place.lock.parent.mkdir(parents=True, exist_ok=True)
    with turn(place.lock, patience=PATIENCE):
        engine, writer = open_engine(place.url), open_writer(place.url)
    #: One for all the time: it keeps open what has not changed.
    subscriber = Subscriber(register, engine, writer)
    looked_through = away = False
    while True:
        try:
            rebuild = not looked_through and not writer.intact()
            if rebuild or _is_behind(register, engine, writer):
                with turn(place.lock, patience=PATIENCE):
                    tell(subscriber.catch_up(rebuild=rebuild, say=say))
            looked_through, away = True, False
        except Unavailable as error:
            if not away:
                lost(error)
            away = True
        if stop.wait(LOOK_SECONDS):
            return


def _is_built(writer: IndexWriter) -> bool:
    try:
        return writer.epoch() is not None
    except Damaged:
        return True


def _is_behind(register: sa.Engine, engine: Engine, writer: IndexWriter) -> bool:
    with Session(register) as session:
        wanted = life(session), changes.serial(session)
    try:
        return wanted[0] is not None and (writer.epoch(), engine.serial()) != wanted
    except Damaged:
        return True
