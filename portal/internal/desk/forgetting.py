"""What the register no longer says, the search index must not hold: seen to before anybody is told "done".

The office writes the index itself, in its turn, and so depends on no other process being alive. If none
runs, the next start finds the withdrawal in the changelog; the public side learns nothing of any of this.
"""

from portal.domain.errors import PortalError
from portal.internal.desk.stores import Stores
from portal.register.search import keeping
from portal.register.search.turns import IndexBusy


class NotForgotten(PortalError):
    """A text was taken out of the register but not yet out of the search index."""

    code = "not_forgotten"


def forget(stores: Stores) -> None:
    """Bring the index, if there is one, to where the register is: what was taken back is in no file of it.

    Raises:
        NotForgotten: another process kept the index to itself for too long.

    """
    try:
        keeping.catch_up(stores.register, stores.index, only_if_built=True)
    except IndexBusy as error:
        raise NotForgotten(
            "登记册中已撤下，公开页面不再提供；但检索索引正被另一进程写入，其中的内容尚未清除。"
            "请稍后运行 portal-site index 清除"
        ) from error
