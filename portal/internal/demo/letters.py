"""Letters of the demonstration: a statement beside a result, an objection being handled, one answered, one waiting."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.replies import LetterKind, ReplyState
from portal.internal.desk import letters
from portal.internal.desk.stores import Stores
from portal.internal.tables.letters import ReceivedRow
from portal.kit import clock
from portal.letterbox.slot import Letter, post
from portal.register.records import PublicResult, decode
from portal.register.tables.entities import EntityRow
from portal.register.tables.results import ResultRow

_CITY = "示例市%"


def write_letters(stores: Stores) -> None:
    """Post, collect and answer letters as if over the last days; an interrupted load does not double them."""
    with Session(stores.internal) as session:
        if session.scalar(sa.select(ReceivedRow.reference).limit(1)) is not None:
            return
    chosen = _problems(stores, 4)
    now = clock.utc_now()
    texts = (
        (LetterKind.REPLY, "本单位已于次日完成整改，现场照片和更换清单已交检查人员。"),
        (LetterKind.OBJECTION, "检查当日所查批次已下架，不在销售区，请求复核。"),
        (LetterKind.OBJECTION, "本单位认为检查记录所列条款不适用，请求复核。"),
        (LetterKind.ERROR, "页面所列事项名称与现场检查告知的不一致，请核对。"),
    )
    references = []
    for days, ((kind, text), subject) in enumerate(zip(texts, chosen, strict=True), 6):
        with Session(stores.letterbox) as session:
            letter = Letter(kind=kind, subject=subject, text=text, contact="演示联系方式")
            references.append(post(session, letter, now=now - timedelta(days=days)))
    letters.collect(stores, now=now)
    statement, decided, handled, _ = references
    _answer(stores, statement, ReplyState.ACCEPTED, "陈述与检查记录不矛盾，予以刊登。", texts[0][1])
    for reference in (decided, handled):
        #: Not the moment before the answer, which may have taken a while.
        letters.take_up(stores, reference, by="wu", now=clock.utc_now())
    _answer(
        stores,
        decided,
        ReplyState.REFUSED,
        "经调阅检查记录，所查批次当时在销售区陈列，原结果无误。",
        "",
    )


def _answer(
    stores: Stores, reference: str, outcome: ReplyState, decision: str, statement: str
) -> None:
    now = clock.utc_now()
    letters.propose(
        stores, reference, outcome=outcome, decision=decision, statement=statement, by="wu", now=now
    )
    letters.release(stores, reference, by="he", now=now)


def _problems(stores: Stores, count: int) -> list[str]:
    """Return the newest results of the city's companies that found a problem."""
    with Session(stores.register) as session:
        query = (
            sa.select(ResultRow.public_id, ResultRow.body)
            .join(EntityRow, EntityRow.public_id == ResultRow.entity_id)
            .where(ResultRow.problem, EntityRow.name.like(_CITY))
            .order_by(ResultRow.inspected_on.desc(), ResultRow.public_id)
            .limit(50)
        )
        rows = [
            row for row in session.execute(query) if not decode(row.body, PublicResult).month_only
        ]
    return [row.public_id for row in rows[:count]]
