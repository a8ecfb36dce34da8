"""portal-office decide, let-pass, confirm and reviews: what the public may see, decided by people (公开决定)."""

import json
from datetime import date, datetime

import click
from sqlalchemy.orm import Session

from portal.domain.errors import UnknownRecord
from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.internal.commands.opening import open_office
from portal.internal.desk import batches, decide, holds, reviews
from portal.internal.desk.decide import Decided
from portal.internal.desk.orders import Order
from portal.internal.desk.stores import Stores
from portal.internal.tables import decisions
from portal.internal.tables.decisions import WHOLE
from portal.internal.tables.people import EVERY_AGENCY
from portal.internal.telling import NUMBER, say, told
from portal.kit import clock
from portal.register.records import Kind

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("decide")
@click.argument("record", metavar="ID")
@click.option("--by", required=True, help="作出决定的审核人账号（不得是经办人）")
@click.option("--field", default=WHOLE, help="只对这一项内容；不给则对整条记录")
@click.option("--act", required=True, type=click.Choice([a.value for a in Act]), help="处理方式")
@click.option("--ground", type=click.Choice([g.value for g in Ground]), help="不予公开依据")
@click.option("--article", default="", help="条款")
@click.option("--body", required=True, help="决定机关")
@click.option("--on", "decided_on", type=_DAY, help="决定日期；不给则为当日")
@click.option("--review", "review_on", type=_DAY, help="复核日期，12个月以内")
@click.option("--reason", required=True, help="理由，仅内部留存")
@click.option("--second", help="第二人账号；不予确认、放宽时须有")
@click.option("--confirm", "confirmed", is_flag=True, help="整条不公开的，再次确认")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
@told
def decide_on(
    record: str, by: str, field: str, act: str, ground: str | None, article: str, body: str,
    decided_on: datetime | None, review_on: datetime | None, reason: str, second: str | None,
    confirmed: bool, as_json: bool,
) -> None:  # fmt: skip
    """Decide what the public may see of the record with the public ID, or of one field (公开决定).

    已公开的，立即随决定变更；尚未发布的，发布时按决定处理。重新导入同一记录不影响决定。
    """
    stores = open_office()
    order = Order(
        place=field, act=Act(act), ground=Ground(ground) if ground else None, article=article,
        decided_by=body, decided_on=_date(decided_on) or clock.local_today(),
        review_on=_date(review_on), reason=reason,
    )  # fmt: skip
    with Session(stores.internal) as session:
        kind, key = decide.key_of(session, record)
    done = decide.decide(
        stores, kind, key, [order], by=by, now=clock.utc_now(), second=second, confirmed=confirmed
    )
    _tell(done, as_json=as_json)


@click.command("confirm")
@click.argument("decision", type=NUMBER, required=False)
@click.option("--by", help="第二人账号")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
@told
def confirm(decision: int | None, by: str | None, as_json: bool) -> None:
    """Confirm a proposed DECISION as its second person; without a number, list what waits (第二人确认)."""
    stores = open_office()
    if decision is None:
        with Session(stores.internal) as session:
            found = [
                {"decision": row.id, "kind": row.kind, "act": row.act, "field": row.place,
                 "by": row.made_by, "at": row.made_at.isoformat()}
                for row in decisions.proposals(session)
            ]  # fmt: skip
        words = "\n".join(
            f"{each['decision']}  {Kind(str(each['kind'])).zh}  {Act(str(each['act'])).zh}"
            f"  {each['field'] or '整条'}  {each['by']}"
            for each in found
        )
        say({"waiting": found}, words or "没有待第二人确认的决定", as_json=as_json)
        return
    if by is None:
        raise click.UsageError("--by 必须给出")
    _tell(decide.confirm(stores, decision, by=by, now=clock.utc_now()), as_json=as_json)


@click.command("let-pass")
@click.argument("batch", type=NUMBER)
@click.option("--by", help="审核人账号；不给则只列出待判断之处")
@click.option("--find", "numbers", type=int, multiple=True, help="放行第几处，可多次给出")
@click.option("--all", "every", is_flag=True, help="放行全部可以放行之处")
@click.option("--reason", default="", help="理由，仅内部留存")
@click.option("--second", help="第二人账号；涉密用语须有")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
@told
def let_pass(
    batch: int, by: str | None, numbers: tuple[int, ...], every: bool, reason: str,
    second: str | None, as_json: bool,
) -> None:  # fmt: skip
    """List the finds in BATCH that a person must decide on, or let some pass as harmless (放行).

    放行只对现在的文字有效，文字改动后须重新判断。
    """
    stores = open_office()
    with Session(stores.internal) as session:
        row = batches.get(session, batch)
        found = list(holds.undecided(session, row, clock.local_today()))
    if by is None:
        facts = [
            {"find": n, "row": held.filing.row, "path": held.find.path, "kind": held.find.kind,
             "may_pass": held.may_pass, "second": held.needs_second}
            for n, held in enumerate(found, 1)
        ]  # fmt: skip
        words = "\n".join(
            f"{n}  第{held.filing.row}行  {held.find.path}  {held.find.kind}"
            f"  {'可放行' if held.may_pass else '不得放行'}{'，须第二人' if held.needs_second else ''}{f'  {held.hint}' if held.hint else ''}"
            for n, held in enumerate(found, 1)
        )
        say({"batch": batch, "finds": facts}, words or "没有待判断之处", as_json=as_json)
        return
    if every == bool(numbers):
        raise click.UsageError("--find 与 --all 须且只能选一个")
    if any(not 0 < number <= len(found) for number in numbers):
        raise UnknownRecord("没有这个序号的待判断之处；请先不带 --by 列出")
    chosen = [h for h in found if h.may_pass] if every else [found[n - 1] for n in numbers]
    count = holds.let_pass(
        stores, batch, [(h.filing.id, h.find.path, h.find.kind) for h in chosen], reason=reason,
        by=by, now=clock.utc_now(), second=second,
    )  # fmt: skip
    say({"batch": batch, "let_pass": count}, f"已放行 {count} 处", as_json=as_json)


@click.command("reviews")
@click.option("--agency", metavar="CODE", help="只看一个机关；不给则看全部机关")
@click.option("--keep", metavar="ID", help="继续不公开：记录的公开编号")
@click.option("--open", "opened", metavar="ID", help="改为公开：记录的公开编号")
@click.option("--field", default=WHOLE, help="哪一项内容；不给则为整条记录")
@click.option("--until", type=_DAY, help="下次复核日期；与 --keep 同用")
@click.option("--body", default="", help="决定机关；不给则与原决定相同")
@click.option("--reason", default="", help="理由，仅内部留存")
@click.option("--by", help="审核人账号")
@click.option("--second", help="第二人账号；改为公开须有")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
@told
def review_due(
    agency: str | None, keep: str | None, opened: str | None, field: str, until: datetime | None,
    body: str, reason: str, by: str | None, second: str | None, as_json: bool,
) -> None:  # fmt: skip
    """List what is withheld and due for review; keep it until a day, or open it up (到期复核)."""
    stores = open_office()
    if keep is None and opened is None:
        _list(stores, agency or EVERY_AGENCY, as_json=as_json)
        return
    if by is None or (keep is not None) == (opened is not None):
        raise click.UsageError("--keep 与 --open 须且只能选一个，并给出 --by")
    with Session(stores.internal) as session:
        kind, key = decide.key_of(session, keep or opened or "")
    review = reviews.find(stores, kind, key, field)
    now = clock.utc_now()
    if keep is None:
        done = reviews.open_up(
            stores, review, body=body, reason=reason, by=by, second=second, now=now
        )
    else:
        day = _date(until)
        if day is None:
            raise click.UsageError("--keep 须同时给出 --until")
        done = reviews.keep(stores, review, until=day, body=body, reason=reason, by=by, now=now)
    _tell(done, as_json=as_json)


def _list(stores: Stores, scope: str, *, as_json: bool) -> None:
    today = clock.local_today()
    with Session(stores.internal) as session:
        found = reviews.due(session, today=today, scope=scope)
    facts = [
        {"id": each.public_id, "kind": each.kind.value, "field": each.place,
         "ground": each.ruling.ground.value, "review_on": str(each.ruling.review_on),
         "overdue": each.is_overdue(today)}
        for each in found
    ]  # fmt: skip
    words = "\n".join(
        f"{each.ruling.review_on}{' 逾期' if each.is_overdue(today) else ''}  {each.kind.zh}"
        f"  {each.public_id}  {each.place or '整条'}  {each.ruling.ground.zh}"
        for each in found
    )
    say({"reviews": facts}, words or "没有到期的复核", as_json=as_json)


def _tell(done: Decided, *, as_json: bool) -> None:
    numbers = "、".join(map(str, done.rows))
    words = f"决定 {numbers} 已作出，待第二人确认" if done.waits else f"决定 {numbers} 已生效"
    if done.outcome:
        words += f"；公开库更新 {done.outcome.amended}，撤下 {done.outcome.withdrawn}，新公开 {done.outcome.published}"
    if done.taken_out:
        words += f"；其中 {done.taken_out} 条的文字仍含不公开内容，已一并撤下，改正后重新发布"
    facts = {"decisions": done.rows, "waits": done.waits, "taken_out": done.taken_out}
    click.echo(json.dumps(facts, ensure_ascii=False) if as_json else words)


def _date(value: datetime | None) -> date | None:
    return value.date() if value else None
