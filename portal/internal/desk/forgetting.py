"""What the register no longer says, no file may hold: seen to before anybody is told "done".

The office writes the search index itself, in its turn, and the register's file anew; it depends on no other
process being alive. What a crash prevented is still owed: the next command that publishes carries it out, and
so does the office at its start and every minute. What a release had written before it was refused goes the same
way. The public side learns nothing of any of this.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from portal.domain.errors import PortalError
from portal.internal.desk.stores import Stores
from portal.internal.tables import settings
from portal.kit.db import write_lock
from portal.register import followers, purging
from portal.register.dumps import shelf
from portal.register.search import keeping
from portal.register.search.model import Unavailable
from portal.register.search.turns import IndexBusy


class NotForgotten(PortalError):
    """A text was taken out of the register but not yet out of the search index."""

    code = "not_forgotten"


def forget(stores: Stores) -> None:
    """Rid the index, if there is one, and the register's file of all that was taken back; once a command.

    Also takes off the shelf what a process left there that was killed while it cut a dump. Where nothing is owed it
    costs four small queries.

    Raises:
        NotForgotten: another process kept the index to itself for too long.
        NotPurged: there is no room to write the register's file anew, or it is kept busy.
        NotReplayed: a site that reads a follower of the register may still show it.

    """
    try:
        _from_our_files(stores)
    finally:
        if stores.followers:
            _from_followers(stores)


@contextmanager
def forgetting(stores: Stores) -> Iterator[None]:
    """Forget what is taken away meanwhile; what was owed before keeps nobody waiting.

    Raises:
        NotForgotten, NotPurged, NotReplayed: as `forget` does; all else is done.

    """
    before = purging.owed(stores.register)
    yield
    if purging.owed(stores.register) > before:
        forget(stores)


def is_owed(stores: Stores) -> bool:
    """Whether the register's files may still hold what it does not say."""
    return bool(purging.owed(stores.register) or _undone(stores))


def _from_our_files(stores: Stores) -> None:
    shelf.retire(stores.register, stores.dumps)
    serial, undone = purging.owed(stores.register), _undone(stores)
    if serial:
        try:
            _from_the_index(stores)
        finally:
            purging.rewrite(stores.register)
        purging.note(stores.register, serial)
    elif undone:
        purging.rewrite_undone(stores.register)
    if undone:
        with write_lock(stores.internal) as session:
            #: Another may have been refused meanwhile.
            if settings.text(session, settings.UNDONE) == undone:
                settings.keep(session, settings.UNDONE, "")


def _undone(stores: Stores) -> str | None:
    with Session(stores.internal) as session:
        return settings.text(session, settings.UNDONE)


def _from_followers(stores: Stores) -> None:
    """Wait until no follower shows what was taken back; where all did last time, it costs two small queries."""
    taken = followers.gone(stores.register)
    note = f"{taken[0]} {taken[1]}"
    with Session(stores.internal) as session:
        if settings.text(session, settings.REPLAYED) == note:
            return
    followers.await_all(stores.followers, taken)
    with write_lock(stores.internal) as session:
        settings.keep(session, settings.REPLAYED, note)


def _from_the_index(stores: Stores) -> None:
    try:
        keeping.catch_up(stores.register, stores.index, only_if_built=True)
    except IndexBusy as error:
        raise NotForgotten(
            "登记册中已撤下，公开页面不再提供；但检索索引正被另一进程写入，其中的内容尚未清除。"
            "请稍后运行 portal-site index 清除"
        ) from error
    except Unavailable as error:
        raise NotForgotten(
            f"登记册中已撤下，公开页面不再提供；但{error}，检索索引中的内容尚未清除。"
            "服务器恢复后每分钟自动补做，也可运行 portal-site index 清除"
        ) from error
