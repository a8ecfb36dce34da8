"""Cutting the dumps that other governments begin their copies with."""

import sys
from pathlib import Path

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import PortalError
from portal.kit import config
from portal.kit.db import engine_for, read_only
from portal.public.commands.opening import with_register
from portal.register.dumps import shelf, verifying
from portal.register.dumps.describing import Terms
from portal.register.proofs.note import Signer

#: Exit status of `dump` when the last one is still all there is.
NOTHING_NEW = 3


@click.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path), required=False)
@click.option("--verify", is_flag=True, help="不生成，核对网站现在提供的数据包的签名和每个文件")
def dump(directory: Path | None, *, verify: bool) -> None:
    """Write everything that is public into one signed dump in DIRECTORY (生成全部数据包).

    不写 DIRECTORY 时写入 PORTAL_DUMPS 所指的文件夹，网站从那里提供下载。
    须以掌管日志私钥（PORTAL_LOG_KEY）的账号运行：数据包清单由它签名；网站进程读不到它。
    同一变更号的数据包每个字节都相同；中途被终止时，上一份数据包原样保留。
    --verify 不需要私钥：以登记册中的公钥核对，退出状态 0 相符、1 不符或没有可核对的。
    退出状态：0 已写入，输出其文件夹；1 被拒绝；2 用法或设置有误；3 自上次以来没有新的公开内容。
    """
    settings = with_register()
    engine = engine_for(read_only(settings.register_url))
    if verify:
        _verify(engine, directory or settings.dumps)
        return
    try:
        signer, last = _signer(settings), _last(settings)
        made = shelf.cut(engine, directory or settings.dumps, Terms.of(settings), signer, last=last)
    except (PortalError, OSError) as error:
        click.echo(f"数据包未生成：{error}", err=True)
        sys.exit(1)
    finally:
        engine.dispose()
    if made is None:
        click.echo("自上次以来没有新的公开内容", err=True)
        sys.exit(NOTHING_NEW)
    click.echo(made.folder)


def _verify(engine: sa.Engine, place: Path) -> None:
    """Hold the dump that is offered against its signature; leave with status 1 where it differs."""
    with Session(engine) as session:
        offered = shelf.current(session, place)
        found = (
            ["没有可以提供的数据包"]
            if offered is None
            else list(verifying.faults(session, offered))
        )
    engine.dispose()
    for fault in found:
        click.echo(fault, err=True)
    if found or offered is None:
        sys.exit(1)
    click.echo(f"全部相符：{offered.folder}")


def _last(settings: config.Settings) -> str | None:
    """Return the last head that was signed with the key; the dump is made of the register that goes on from it."""
    path = config.last_head(settings.data)
    return path.read_text("utf-8", errors="replace") if path.exists() else None


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
