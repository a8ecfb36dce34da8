"""Building the search index, bringing it up to date, keeping it so."""

import json
import sys
import threading

import click
import sqlalchemy as sa

from portal.domain.errors import PortalError
from portal.kit.db import engine_for, read_only
from portal.public.commands.opening import with_register
from portal.register.search import keeping
from portal.register.search.model import Unavailable, UnknownEngine
from portal.register.search.subscriber import Reached


@click.command()
@click.option("--rebuild", is_flag=True, help="不论现状，从登记册重新建立")
@click.option(
    "--follow", "stay", is_flag=True, help="完成后不退出，登记册一有变更随即更新，直到 Ctrl-C"
)
@click.option("--verify", is_flag=True, help="不写任何内容，逐篇与登记册核对，不符的逐一列出")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出，每次更新一行")
def index(*, rebuild: bool, stay: bool, verify: bool, as_json: bool) -> None:
    """Bring the search index to where the register is (更新检索索引).

    没有索引、索引损坏、版本不符或登记册换了新的，都会自动重建；重建期间网站照常应答。
    撤下和后来隐去的内容，完成时已不在索引的任何文件里。同一时间只有一个进程写入，其余等候。
    --verify 只核对本机上的索引；登记册本身请以 verify-log 核对。
    退出状态：0 完成；1 被拒绝或核对不符，原因见输出；2 用法或设置有误。
    """
    if verify and (rebuild or stay):
        raise click.UsageError("--verify 不能与 --rebuild、--follow 同用")
    settings = with_register()
    register = engine_for(read_only(settings.register_url))
    place = keeping.Place.of(settings.search_url, settings.data)
    try:
        if verify:
            _verify(register, place, as_json=as_json)
            return
        _once(register, place, rebuild=rebuild, stay=stay, as_json=as_json)
        if stay:
            _stay(register, place, as_json=as_json)
    except UnknownEngine as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except PortalError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    finally:
        register.dispose()


def _verify(register: sa.Engine, place: keeping.Place, *, as_json: bool) -> None:
    """Hold the index against the register; leave with status 1 where they differ."""
    found = keeping.verify(register, place, say=_progress)
    if as_json:
        click.echo(json.dumps({"ok": not found, "faults": found}, ensure_ascii=False))
    for fault in () if as_json else found:
        click.echo(fault, err=True)
    if found:
        sys.exit(1)
    if not as_json:
        click.echo("检索索引与登记册全部相符")


def _once(
    register: sa.Engine, place: keeping.Place, *, rebuild: bool, stay: bool, as_json: bool
) -> None:
    """Bring the index up to date now.

    Raises:
        Unavailable: its server is away. Who stays waits for it, and is told so by `follow`, which asks at once.

    """
    try:
        reached = keeping.catch_up(register, place, rebuild=rebuild, thorough=True, say=_progress)
    except Unavailable:
        if not stay or rebuild:
            raise
    else:
        if reached is not None:
            _tell(reached, as_json=as_json)


def _stay(register: sa.Engine, place: keeping.Place, *, as_json: bool) -> None:
    try:
        keeping.follow(
            register,
            place,
            tell=lambda reached: _tell(reached, as_json=as_json),
            lost=_lost,
            stop=threading.Event(),
        )
    except KeyboardInterrupt:
        click.echo("不再跟随", err=True)


def _lost(error: Unavailable) -> None:
    click.echo(f"{error}；恢复后自动继续", err=True)


def _progress(done: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r已完成 {done} 篇", nl=False, err=True)


def _tell(reached: Reached, *, as_json: bool) -> None:
    if as_json:
        told = {
            "serial": reached.serial,
            "documents": reached.documents,
            "rebuilt": reached.rebuilt,
        }
        click.echo(json.dumps(told))
    else:
        done = "已重建" if reached.rebuilt else "已更新"
        click.echo(f"检索索引{done}：写入 {reached.documents} 篇，至变更号 {reached.serial}")
