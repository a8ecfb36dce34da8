"""The ledger read: listed by what is asked for, and verified row by row (台账)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.internal.tables.ledger import BEGINNING, LedgerRow, digest
from portal.internal.tables.people import EVERY_AGENCY, PersonRow
from portal.kit import clock

PAGE = 50
_CHUNK = 1000
_MOST_FAULTS = 20
#: What was done, as people read it.
ACTIONS = {
    "file": "导入登记", "approve": "审核通过", "return": "退回", "release": "发布",
    "withdraw": "撤回", "mapping": "保存映射方案", "mapping-drop": "删除映射方案",
    "sign-in": "登录", "sign-in-failed": "登录失败", "lock-out": "登录失败并暂停尝试",
    "sign-out": "退出", "sign-out-all": "退出其他会话", "password-change": "更改口令",
    "password-reset": "重设口令", "totp-on": "启用双因素认证", "totp-off": "停用双因素认证",
    "person-add": "添加账号", "person-change": "变更账号", "person-roles": "变更角色",
    "person-disable": "停用账号", "person-enable": "恢复账号", "person-unlock": "解除登录限制",
    "decide": "作出公开决定", "propose": "提出公开决定", "confirm": "确认公开决定", "let_pass": "放行疑似内容",
    "notices": "公布不予公开告知", "schedule": "定时发布", "refused": "定时发布未成",
    "letter-assign": "来信分办", "letter-take-up": "受理异议", "letter-propose": "来信拟办",
    "letter-return": "退回来信拟办", "letter-release": "发布来信答复",
    "letter-take-back": "撤回来信答复",
    "look-again": "回看已公开文字",
    "demo": "加载演示数据",
    "draw-freeze": "冻结抽取", "draw-commit": "公布抽取承诺",
    "draw-seed": "取种", "draw-outcome": "抽取", "draw-replace": "替换抽取对象或人员",
    "draw-ask": "提出抽取事项", "draw-decline": "撤销抽取事项", "draw-restore": "恢复后的抽取",
    "draw-reveal": "揭示抽取", "draw-void": "作废抽取",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list of the ledger is narrowed to; days are those of China, both included."""

    person: str = ""
    action: str = ""
    batch_id: int | None = None
    since: date | None = None
    until: date | None = None


def page(
    session: Session, asked: Asked, *, scope: str, after: tuple[datetime, int] | None = None
) -> list[LedgerRow]:
    """Return a page of rows, newest first, behind the row written `after` (its time and number).

    `scope`: an agency sees what its own people did, EVERY_AGENCY everything.
    """
    query = sa.select(LedgerRow).order_by(LedgerRow.at.desc(), LedgerRow.id.desc()).limit(PAGE)
    if asked.person:
        query = query.where(LedgerRow.person == asked.person)
    if asked.action:
        query = query.where(LedgerRow.action == asked.action)
    if asked.batch_id is not None:
        query = query.where(LedgerRow.batch_id == asked.batch_id)
    if asked.since:
        query = query.where(LedgerRow.at >= _midnight(asked.since))
    if asked.until:
        query = query.where(LedgerRow.at < _midnight(asked.until) + timedelta(days=1))
    if scope != EVERY_AGENCY:
        mine = sa.select(PersonRow.name).where(PersonRow.agency == scope)
        query = query.where(LedgerRow.person.in_(mine))
    if after is not None:
        at, number = after
        query = query.where(
            sa.or_(LedgerRow.at < at, sa.and_(LedgerRow.at == at, LedgerRow.id < number))
        )
    return list(session.scalars(query))


@dataclass(slots=True)
class Verified:
    """What a verification found. `head` is the digest of the last row, which covers all others."""

    count: int = 0
    head: str = BEGINNING
    faults: list[str] = field(default_factory=list)


def verify(session: Session, *, witness: tuple[int, str] | None = None) -> Verified:
    """Count every row's digest again, and hold the chain against a head somebody kept.

    Rewriting the whole chain, or cutting off its end, is seen by the witness alone.
    """
    found = Verified()
    for row in _rows(session):
        if row.id < 1:
            found.faults.append(f"第 {row.id} 条不在台账的编号之内：它不是办公端所记")
            break
        if row.id != found.count + 1:
            found.faults.append(f"第 {found.count + 1} 条缺失，其后是第 {row.id} 条")
        if digest(found.head, row) != row.digest:
            found.faults.append(f"第 {row.id} 条与其摘要不符：它或它之前的记录被改动")
        found.count, found.head = row.id, row.digest
        if witness is not None and row.id == witness[0] and row.digest != witness[1]:
            found.faults.append(f"第 {row.id} 条与留存的见证不符：台账被重写")
        if len(found.faults) >= _MOST_FAULTS:
            break
    if witness is not None and not found.faults and found.count < witness[0]:
        found.faults.append(f"见证时有 {witness[0]} 条，现只有 {found.count} 条：末尾被删")
    return found


def read_witness(path: Path) -> tuple[int, str] | None:
    """Return number and digest that `write_witness` kept, None if there is no file yet.

    Raises:
        ValueError: the file is no witness.

    """
    if not path.exists():
        return None
    number, head = path.read_text("utf-8").split()
    return int(number), bytes.fromhex(head).hex()


def write_witness(path: Path, verified: Verified) -> None:
    """Keep where the ledger stands, best with somebody else, somewhere else."""
    path.write_text(f"{verified.count} {verified.head}\n", "utf-8")


def _rows(session: Session) -> Iterator[LedgerRow]:
    """Yield every row by its number, also one that stands before the first: whoever asks by other columns finds it."""
    query = sa.select(LedgerRow).order_by(LedgerRow.id).limit(_CHUNK)
    rows = session.scalars(query).all()
    while rows:
        yield from rows
        last = rows[-1].id
        session.expunge_all()
        rows = session.scalars(query.where(LedgerRow.id > last)).all()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.CHINA)
