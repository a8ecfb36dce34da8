"""Holding the register against its log."""

import json
import sys
from pathlib import Path

import click

from portal.kit.db import engine_for, read_only, snapshot
from portal.public.commands.opening import with_register
from portal.register.proofs.audit import audit
from portal.register.proofs.report import Audited


@click.command("verify-log")
@click.option(
    "--witness",
    type=click.Path(dir_okay=False, path_type=Path),
    help="上次看到的检查点所存的文件；没有则新建，核对一致才更新",
)
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
def verify_log(witness: Path | None, *, as_json: bool) -> None:
    """Hold every published record against the log, and the log against its signatures (核对日志).

    逐条重新计算：正文、盐值与承诺值，日志树，每个检查点的签名与先后一致，供查询的列与计数。
    见证文件应由他人另行保存；登记册被截短或换掉时，只有它能看出来。
    退出状态：0 全部相符；1 有不符之处，逐一列出；2 用法或设置有误。
    """
    settings = with_register()
    try:
        seen = witness.read_text("utf-8") if witness and witness.exists() else None
    except (OSError, UnicodeDecodeError):
        click.echo(f"见证文件 {witness} 无法读取", err=True)
        sys.exit(1)
    engine = engine_for(read_only(settings.register_url))
    with snapshot(engine) as session:
        found = audit(session, witness=seen, say=_progress)
    engine.dispose()
    _tell(found, as_json=as_json)
    if found.fault_count:
        sys.exit(1)
    if witness and found.head:
        _keep(witness, seen, found.head)


def _keep(witness: Path, seen: str | None, head: str) -> None:
    """Put the head in the place of the one that was seen; one that another run put there meanwhile may be later."""
    if (witness.read_text("utf-8") if witness.exists() else None) != seen:
        click.echo(f"见证文件 {witness} 其间已由另一次核对更新，未再改写", err=True)
        return
    fresh = witness.with_name(f"{witness.name}.new")
    fresh.write_text(head, "utf-8")
    fresh.replace(witness)


def _progress(done: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r已核对 {done} 条", nl=False, err=True)


def _tell(found: Audited, *, as_json: bool) -> None:
    """Say what was held against what, then every fault."""
    done = found.done
    if as_json:
        told = {"ok": not found.fault_count, "checked": done, "faults": found.faults,
                "fault_count": found.fault_count, "backward": found.backward, "checkpoint": found.head}  # fmt: skip
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(
        f"变更 {done['entries']} 条，重新计算承诺值 {done['commitments']} 个："
        f"现行记录 {done['live']}，旧版本 {done['versions']}；"
        f"正文已不在、只余承诺值 {done['gone']}\n"
        f"日志树 {done['tiles']} 块，检查点 {done['checkpoints']} 个，"
        f"见证文件 {done['witness']} 份；供查找的行 {done['satellites']}，计数 {done['tallies']}"
    )
    if found.backward:
        click.echo(
            f"有 {done['backward']} 条所记时间早于它之前的变更，最先是第{found.backward}条："
            "本机时钟倒退过，或者日期是倒填的，请查明",
            err=True,
        )
    for fault in found.faults:
        click.echo(f"  {fault}", err=True)
    if found.fault_count:
        click.echo(f"有 {found.fault_count} 处不符", err=True)
    else:
        click.echo(f"全部相符。最新检查点：\n{found.head or '（日志还是空的）'}".rstrip())
