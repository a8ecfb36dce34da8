"""Brings the stores to the newest schema, and what is public of them along with it (升级)."""

from collections.abc import Callable

from portal.internal.desk.drawing import outward
from portal.internal.desk.stores import Stores, open_stores, sign_log
from portal.kit import clock, migrate
from portal.kit.config import Settings


def upgrade(settings: Settings, internal_url: str, *, say: Callable[[str], None]) -> Stores:
    """Upgrade all three stores; `say` is told of draws that could not be brought up to date.

    A newer register may show more of a draw than was published of it: so every draw is gone through
    once after its schema has changed.

    Raises:
        LogBroken: the register is not what was signed last.

    """
    is_newer = not migrate.is_current("register", settings.register_url)
    migrate.upgrade("register", settings.register_url)
    migrate.upgrade("letterbox", settings.letterbox_url)
    migrate.upgrade("internal", internal_url)
    stores = open_stores(settings, internal_url)
    sign_log(stores)
    for draw_id in outward.sync_all(stores, now=clock.utc_now()) if is_newer else ():
        say(f"抽取 {draw_id} 的公开内容未能更新，请用 portal-office draw resume 查看原因")
    return stores
