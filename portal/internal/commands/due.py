"""portal-office due: the work list by deadline (待办)."""

import json
import unicodedata
from datetime import datetime

import click
from sqlalchemy.orm import Session

from portal.domain.errors import UnknownRecord
from portal.domain.parties import Agency
from portal.domain.worklist import WITHIN_DAYS, Bucket
from portal.internal.commands.letters import fact, summary
from portal.internal.commands.opening import open_office
from portal.internal.desk.due import LIMIT, Later, Line, Section, survey
from portal.internal.desk.matters import CALENDAR, Asked
from portal.internal.tables import filings
from portal.internal.tables.letters import ReceivedRow, queue
from portal.internal.tables.people import EVERY_AGENCY
from portal.internal.telling import told
from portal.kit import clock

_EVERY = 1_000_000


@click.command("due")
@click.option("--agency", metavar="CODE", help="只看一个机关；不给则看全部机关")
@click.option(
    "--within", type=click.IntRange(0, 250), default=WITHIN_DAYS, show_default=True,
    help="列出多少个工作日内到期的",
)  # fmt: skip
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="以哪一天为今天；不给则为当日")
@click.option("--all", "every", is_flag=True, help=f"列出全部，而不只每类前{LIMIT}项")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
@told
def due(
    agency: str | None, within: int, today: datetime | None, every: bool, as_json: bool
) -> None:
    """List what is overdue, due today and due soon, and whose move it is (待办).

    期限按国务院放假调休安排以工作日计算：形成之日起20个工作日内公开；整改到期与收到整改报告后的复查。
    """
    asked = Asked(
        today.date() if today else clock.local_today(), scope=agency or EVERY_AGENCY, within=within
    )
    with Session(open_office().internal) as session:
        if agency and agency not in filings.find(session, Agency, [agency]):
            raise UnknownRecord(f"没有代码为 {agency} 的机关")
        sections, later = survey(session, asked, limit=_EVERY if every else LIMIT)
        until = CALENDAR.add(asked.today, asked.within)
        letters = [row for row in queue(session, asked.scope) if row.due_on <= until]
        if as_json:
            facts = _facts(asked, sections, later) | {"letters": [fact(row) for row in letters]}
            click.echo(json.dumps(facts, ensure_ascii=False))
        else:
            _show(asked, sections, later)
            _show_letters(letters)


def _facts(asked: Asked, sections: list[Section], later: Later) -> dict[str, object]:
    return {
        "today": str(asked.today),
        "agency": None if asked.scope == EVERY_AGENCY else asked.scope,
        "within": asked.within,
        "calendar_known_until": str(CALENDAR.known_until),
        "buckets": [
            {
                "bucket": section.bucket.value,
                "lines": section.line_count,
                "records": section.record_count,
                "rest": section.rest,
                "matters": [_fact(line) for line in section.lines],
            }
            for section in sections
        ],
        "later": {"lines": later.line_count, "records": later.record_count},
    }


def _fact(line: Line) -> dict[str, object]:
    days = {
        "formed_on": line.formed_on,
        "approved_on": line.approved_on,
        "published_on": line.published_on,
        "returned_on": line.returned_on,
        "due_on": line.due_on,
    }
    return {
        "duty": line.matter.duty.value,
        "kind": line.matter.kind,
        "title": line.title,
        "number": line.number,
        "records": line.matter.count,
        **{name: str(day) if day else None for name, day in days.items()},
        "working_days_left": line.left,
        "move": line.move.value,
        "batch": line.batch.id,
        "agency": line.batch.agency,
    }


def _show(asked: Asked, sections: list[Section], later: Later) -> None:
    click.echo(f"截至 {asked.today}")
    for section in sections:
        title = section.bucket.zh
        if section.bucket is Bucket.SOON:
            title = f"{asked.within} 个工作日内到期"
        click.echo(f"\n{title} {_counted(section.line_count, section.record_count)}")
        for line in section.lines:
            mover, title = _with(line.move.zh, line.who), _with(line.title, line.what)
            click.echo(f"  {line.due_on}  {_wide(line.remaining, 20)}{title}")
            click.echo(f"              {_wide(mover, 20)}{_story(line)}")
        if section.rest:
            click.echo(f"  ……另有 {section.rest} 项，用 --all 全部列出")
    click.echo(f"\n以后到期 {_counted(later.line_count, later.record_count)}")
    shown = [line.due_on for section in sections for line in section.lines]
    if max(shown, default=asked.today) > CALENDAR.known_until:
        click.echo(
            f"{CALENDAR.known_until} 以后的放假安排尚未公布，其后的期限暂按周末推算", err=True
        )


def _show_letters(letters: list[ReceivedRow]) -> None:
    if letters:
        click.echo(f"\n来信 {len(letters)} 封待答复")
    for row in letters:
        click.echo(f"  {summary(row)}")


def _with(text: str, more: str) -> str:
    return f"{text}（{more}）" if more else text


def _counted(lines: int, records: int) -> str:
    return f"{lines} 项" + (f"（{records} 条）" if records != lines else "")


def _story(line: Line) -> str:
    """Tell the three dates, absent ones included, and where to find the batch."""
    approved = f"审核 {line.approved_on}" if line.approved_on else "尚未审核"
    if line.returned_on:
        approved = f"退回 {line.returned_on}"
    published = f"发布 {line.published_on}" if line.published_on else "尚未发布"
    return (
        f"{line.matter.duty.zh}；形成 {line.formed_on}，{approved}，{published}；"
        f"批次 {line.batch.id}，{line.batch.agency}"
    )


def _wide(text: str, width: int) -> str:
    """Fill up to a width on a terminal, where a Chinese character takes two places."""
    taken = sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)
    return text + " " * max(width - taken, 2)
