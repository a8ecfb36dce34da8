"""portal-site: serve the public side."""

import json
import os
import sys
from pathlib import Path

import click
from sqlalchemy.orm import Session

from portal.domain.errors import PortalError
from portal.kit import config, gunicorn, migrate
from portal.kit.db import engine_for, read_only
from portal.register.dumps import shelf
from portal.register.dumps.describing import Terms
from portal.register.proofs.audit import audit
from portal.register.proofs.note import Signer
from portal.register.proofs.report import Audited

#: Exit status of `dump` when the last one is still all there is.
NOTHING_NEW = 3
_APP = "portal.public.app:create_app()"
#: What this process shall not know, whatever the environment says.
_OFFICE_ONLY = ("PORTAL_INTERNAL_URL", "PORTAL_LOG_KEY")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """portal-site: serve the public side, migrate its stores, check the log (公开网站).

    退出状态：0 完成；1 被拒绝，原因见输出；2 用法或设置有误。
    """


@main.command()
def serve() -> None:
    """Serve the public site under gunicorn on HOST:PORT (启动公开网站)."""
    settings = _settings()
    if not migrate.is_current("register", settings.register_url):
        click.echo(
            "登记册尚未建立或版本过旧；请先运行 portal-site migrate 或 portal-office migrate",
            err=True,
        )
        sys.exit(1)
    environment = {name: value for name, value in os.environ.items() if name not in _OFFICE_ONLY}
    argv = gunicorn.command(settings, _APP, settings.port)
    os.execve(argv[0], argv, environment)  # noqa: S606


@main.command("migrate")
def migrate_stores() -> None:
    """Bring register and letterbox to the newest schema (升级公开存储)."""
    settings = _settings()
    migrate.upgrade("register", settings.register_url)
    migrate.upgrade("letterbox", settings.letterbox_url)


@main.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path), required=False)
def dump(directory: Path | None) -> None:
    """Write everything that is public into one signed dump in DIRECTORY (生成全部数据包).

    不写 DIRECTORY 时写入 PORTAL_DUMPS 所指的文件夹，网站从那里提供下载。
    须以掌管日志私钥（PORTAL_LOG_KEY）的账号运行：数据包清单由它签名；网站进程读不到它。
    同一变更号的数据包每个字节都相同；中途被终止时，上一份数据包原样保留。
    退出状态：0 已写入，输出其文件夹；1 被拒绝；2 用法或设置有误；3 自上次以来没有新的公开内容。
    """
    settings = _settings()
    if not migrate.is_current("register", settings.register_url):
        click.echo("登记册尚未建立或版本过旧；请先运行 portal-office migrate", err=True)
        sys.exit(1)
    engine = engine_for(read_only(settings.register_url))
    try:
        made = shelf.cut(engine, directory or settings.dumps, Terms.of(settings), _signer(settings))
    except (PortalError, OSError) as error:
        click.echo(f"数据包未生成：{error}", err=True)
        sys.exit(1)
    finally:
        engine.dispose()
    if made is None:
        click.echo("自上次以来没有新的公开内容", err=True)
        sys.exit(NOTHING_NEW)
    click.echo(made.folder)


def _signer(settings: config.Settings) -> Signer:
    """Read the key that signs dumps; leave with a message where this account may not."""
    path = config.log_key(settings.data)
    try:
        return Signer.of(path.read_text("utf-8"))
    except (OSError, ValueError):
        click.echo(
            f"读不到日志签名私钥 {path}；请以掌管它的账号运行，或用 PORTAL_LOG_KEY 指明", err=True
        )
        sys.exit(1)


@main.command("verify-log")
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
    settings = _settings()
    if not migrate.is_current("register", settings.register_url):
        click.echo("登记册尚未建立或版本过旧；请先运行 portal-site migrate", err=True)
        sys.exit(1)
    try:
        seen = witness.read_text("utf-8") if witness and witness.exists() else None
    except (OSError, UnicodeDecodeError):
        click.echo(f"见证文件 {witness} 无法读取", err=True)
        sys.exit(1)
    engine = engine_for(read_only(settings.register_url))
    if engine.dialect.name == "postgresql":
        #: One view of the register for the whole walk; SQLite gives that by itself.
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with Session(engine) as session:
        found = audit(session, witness=seen, say=_progress)
    engine.dispose()
    _tell(found, as_json=as_json)
    if found.fault_count:
        sys.exit(1)
    if witness and found.head:
        fresh = witness.with_name(f"{witness.name}.new")
        fresh.write_text(found.head, "utf-8")
        fresh.replace(witness)


def _progress(done: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r已核对 {done} 条", nl=False, err=True)


def _tell(found: Audited, *, as_json: bool) -> None:
    """Say what was held against what, then every fault."""
    done = found.done
    if as_json:
        told = {"ok": not found.fault_count, "checked": done, "faults": found.faults,
                "fault_count": found.fault_count, "checkpoint": found.head}  # fmt: skip
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(
        f"变更 {done['entries']} 条，重新计算承诺值 {done['commitments']} 个："
        f"现行记录 {done['live']}，旧版本 {done['versions']}；"
        f"正文已不在、只余承诺值 {done['gone']}\n"
        f"日志树 {done['tiles']} 块，检查点 {done['checkpoints']} 个，"
        f"见证文件 {done['witness']} 份；供查找的行 {done['satellites']}，计数 {done['tallies']}"
    )
    for fault in found.faults:
        click.echo(f"  {fault}", err=True)
    if found.fault_count:
        click.echo(f"有 {found.fault_count} 处不符", err=True)
    else:
        click.echo(f"全部相符。最新检查点：\n{found.head or '（日志还是空的）'}".rstrip())


def _settings() -> config.Settings:
    try:
        return config.load()
    except config.BadSetting as error:
        click.echo(str(error), err=True)
        sys.exit(2)
