"""portal-office: everything the office does, from the command line."""

import sys
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import click

from portal.internal import serve
from portal.internal.commands import backing, deciding
from portal.internal.commands.drawing import draw
from portal.internal.commands.due import due
from portal.internal.commands.importing import KINDS, import_file
from portal.internal.commands.letters import letters
from portal.internal.commands.looking import look_at_public
from portal.internal.commands.mapping import mapping
from portal.internal.commands.opening import open_office
from portal.internal.commands.people import add_person, people, verify_ledger
from portal.internal.demo import load as demo_load
from portal.internal.desk import hub, release, retract, review, scheduled, upgrading
from portal.internal.sheets.blank import write_blank
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.telling import NUMBER, progress, say, told
from portal.kit import clock, config
from portal.register.records import Kind

#: `withdraw` takes the same words as `import`, and the notices beside them.
_KIND_OF = {
    "agencies": Kind.AGENCY, "items": Kind.ITEM, "plans": Kind.PLAN, "entities": Kind.ENTITY,
    "draws": Kind.DRAW, "results": Kind.RESULT, "followups": Kind.FOLLOWUP, "documents": Kind.DOCUMENT,
}  # fmt: skip


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """portal-office: import, review, release, withdraw (办公端).

    退出状态：0 完成；1 被拒绝，原因见输出；2 用法或设置有误。
    """


main.add_command(draw)
main.add_command(due)
for _command in (deciding.decide_on, deciding.confirm, deciding.let_pass, deciding.review_due):
    main.add_command(_command)
main.add_command(backing.back_up)
main.add_command(backing.put_back)
main.add_command(backing.renew_key)
main.add_command(import_file)
main.add_command(mapping)
main.add_command(letters)
main.add_command(look_at_public)
main.add_command(add_person)
main.add_command(people)
main.add_command(verify_ledger)


@main.command("migrate")
@told
def migrate_stores() -> None:
    """Bring all three stores to the newest schema (建立或升级存储)."""
    upgrading.upgrade(config.load(), config.internal_url(), say=partial(click.echo, err=True))


@main.command()
@click.argument("kind", type=KINDS)
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@told
def blank(kind: str, file: Path) -> None:
    """Write the blank template of KIND to FILE (生成空白模板)."""
    wanted = (".md", ".txt") if kind == "documents" else (".xlsx",)
    if file.suffix.lower() not in wanted:
        raise click.UsageError(f"该模板的文件名应以 {' 或 '.join(wanted)} 结尾")
    write_blank(SHEETS[kind], file)
    click.echo(file)


@main.command("review")
@click.argument("batch", type=NUMBER)
@click.option("--by", required=True, help="审核人账号")
@click.option("--approve", is_flag=True, help="审核通过")
@click.option("--return", "why", help="退回，并写明原因")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
@told
def review_batch(batch: int, by: str, approve: bool, why: str | None, as_json: bool) -> None:
    """Approve BATCH or return it (审核). The reviewer may not be the one who filed it."""
    if approve == (why is not None):
        raise click.UsageError("--approve 与 --return 须且只能选一个")
    if approve:
        review.approve(open_office(), batch, by=by, now=clock.utc_now())
    else:
        review.give_back(open_office(), batch, by=by, now=clock.utc_now(), reason=why or "")
    say(
        {"batch": batch, "state": "approved" if approve else "returned"},
        f"批次 {batch} {'审核通过，待发布' if approve else '已退回'}",
        as_json=as_json,
    )


@main.command("release")
@click.argument("batch", type=NUMBER)
@click.option("--by", required=True, help="发布人账号")
@click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]),
    help="定时发布（北京时间，如 2026-03-02T09:00），由 release-due 或运行中的办公端执行",
)
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
@told
def release_batch(batch: int, by: str, at: datetime | None, as_json: bool) -> None:
    """Publish an approved BATCH (发布). Doing it again is harmless and heals a crash."""
    if at is not None:
        when = at.replace(tzinfo=clock.CHINA)
        scheduled.order(open_office(), batch, at=when, by=by, now=clock.utc_now())
        facts: dict[str, object] = {"batch": batch, "release_at": when.isoformat()}
        say(facts, f"批次 {batch} 定于 {at:%Y-%m-%d %H:%M} 发布", as_json=as_json)
        return
    done = release.release(
        open_office(), batch, by=by, now=clock.utc_now(), progress=progress("已处理")
    )
    say(
        {"batch": batch, "published": done.published, "amended": done.amended, "same": done.same,
         "withdrawn": done.withdrawn, "serial": done.serial},
        f"批次 {batch} 已发布：新公开 {done.published}，更新 {done.amended}，未变 {done.same}；变更号 {done.serial}",
        as_json=as_json,
    )  # fmt: skip


@main.command("release-due")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
@told
def release_due(as_json: bool) -> None:
    """Carry out what has come due: ordered releases, lists after their embargo, monthly notices (到期发布)."""
    done = scheduled.carry_out(open_office(), now=clock.utc_now())
    say(
        {"released": done.released, "letters": done.letters, "listed": done.listed, "decisions": done.decisions, "withdrawals": len(done.withdrawals),
         "refused": [{"batch": number, "message": why} for number, why in done.refused],
         "notices": done.notices},
        _carried_out(done),
        as_json=as_json,
    )  # fmt: skip
    if done.refused:
        sys.exit(1)


def _carried_out(done: scheduled.Done) -> str:
    notices = (
        "已公布本月不予公开告知"
        if done.notices
        else "本次未公布不予公开告知（本月已公布，或者有批次发布尚未完成）"
    )
    lines = [
        f"定时发布 {len(done.released)} 批，补发名单 {len(done.listed)} 批，补办撤回 {len(done.withdrawals)} 项、决定 {done.decisions} 项，收来信 {done.letters} 封；{notices}"
    ]
    lines += [f"批次 {number} 未能发布：{why}" for number, why in done.refused]
    return "\n".join(lines)


@main.command("tell-hub")
@told
def tell_hub() -> None:
    """Tell the WebSub hub of feeds that have changed since it was told last (告知订阅中心)."""
    click.echo(f"已告知 {hub.tell(open_office(), config.load())} 个订阅地址")


@main.command()
@click.argument("kind", type=click.Choice(list(_KIND_OF)))
@click.argument("public_id", metavar="ID")
@click.option("--by", required=True, help="发布人账号")
@click.option("--second", required=True, help="第二人账号")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
@told
def withdraw(kind: str, public_id: str, by: str, second: str, as_json: bool) -> None:
    """Take the record with the public ID out of the register at once (撤回)."""
    done = retract.retract(
        open_office(), _KIND_OF[kind], public_id, by=by, second=second, now=clock.utc_now()
    )
    say(
        {"withdrawn": done.withdrawn, "serial": done.serial, "named_in": done.named_in},
        f"已撤回 {done.withdrawn} 条（含所附记录）；变更号 {done.serial}{_named(done.named_in)}",
        as_json=as_json,
    )


def _named(those: Sequence[str]) -> str:
    if not those:
        return ""
    return (
        f"\n其名称仍见于 {len(those)} 条已公开记录：{'、'.join(those[:20])}。"
        "应当隐去的，请用 decide 对名称作出决定，或者撤回、更正这些记录"
    )


@main.command()
@told
def demo() -> None:
    """Load the demonstration: real documents and a visibly fictitious city (加载演示数据).

    已加载过的不会重复加载；中断后再次运行即可接着加载。
    """
    demo_load.load(open_office(), say=lambda line: click.echo(line, err=True))


@main.command("serve")
@told
def serve_office() -> None:
    """Serve the office under gunicorn on HOST:OFFICE_PORT (启动办公端)."""
    serve.office(config.load(), config.internal_url())


@main.command("run")
@told
def run_both() -> None:
    """Migrate, load the demonstration on the first start, and serve both sides until Ctrl-C (演示运行)."""
    serve.both(config.load(), config.internal_url())
