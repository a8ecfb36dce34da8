"""Opens the stores for a command, or says what must be done first."""

from portal.internal.desk.stores import Stores, open_stores
from portal.internal.telling import refuse
from portal.kit import config, migrate


def open_office() -> Stores:
    """Open the stores that the settings name; leave with a message if they are not up to date."""
    settings, internal = config.load(), config.internal_url()
    for store, url in (("internal", internal), ("register", settings.register_url)):
        if not migrate.is_current(store, url):
            refuse(f"存储 {store} 尚未建立或版本过旧；请先运行 portal-office migrate")
    return open_stores(settings, internal)
