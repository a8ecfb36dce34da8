"""One task and round has one draw at a time: another is committed to after the first is void (draw-spec section 1)."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken
from portal.register.records import PublicDraw, Record, decode
from portal.register.tables.draws import DrawRow


def require_one_live(session: Session, records: Sequence[Record]) -> None:
    """Refuse a draw that is committed to under a number already used, or beside another of its round that is not void.

    Raises:
        LogBroken: the office's store knows nothing of the draw that is public; nothing is published.

    """
    fresh = [each for each in records if isinstance(each, PublicDraw) and each.draw_code]
    if not fresh:
        return
    bodies = session.scalars(sa.select(DrawRow.body).where(DrawRow.body.contains('"draw_code":"')))
    others = [decode(body, PublicDraw) for body in bodies]
    known = {each.id for each in others}
    for draw in fresh:
        if draw.id in known:
            continue
        if any(_is_the_same(each, draw) for each in others):
            raise LogBroken(
                f"编号 {draw.draw_code} 或者同一任务、同一轮次已有公布了承诺的抽取；须先将其作废，编号不得再用"
            )


def _is_the_same(other: PublicDraw, draw: PublicDraw) -> bool:
    if other.draw_code == draw.draw_code:
        return True
    round_, of = (each.agency_id + f"/{each.round_no}" for each in (other, draw))
    named, task = (each.task_id or each.name for each in (other, draw))
    return other.stage != "void" and (round_, named) == (of, task)
