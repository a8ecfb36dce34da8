"""portal-site index: builds the search index, brings it up to date, or keeps it so."""

import json
import sys
import threading

import click
import sqlalchemy as sa

from portal.domain.errors import PortalError
from portal.kit import migrate
from portal.kit.config import Settings
from portal.kit.db import engine_for, read_only
from portal.register.search import keeping
from portal.register.search.opening import UnknownEngine
from portal.register.search.subscriber import Reached


def run(settings: Settings, *, rebuild: bool, stay: bool, as_json: bool) -> None:
    """Do what the options say; leave with a sentence, and 1 or 2, where that cannot be done."""
    if not migrate.is_current("register", settings.register_url):
        click.echo("登记册尚未建立或版本过旧；请先运行 portal-site migrate", err=True)
        sys.exit(1)
    register = engine_for(read_only(settings.register_url))
    place = keeping.Place.of(settings.search_url, settings.data)
    try:
        reached = keeping.catch_up(register, place, rebuild=rebuild, say=_progress)
        if reached is not None:
            _tell(reached, as_json=as_json)
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


def _stay(register: sa.Engine, place: keeping.Place, *, as_json: bool) -> None:
    try:
        keeping.follow(
            register,
            place,
            tell=lambda reached: _tell(reached, as_json=as_json),
            stop=threading.Event(),
        )
    except KeyboardInterrupt:
        click.echo("不再跟随", err=True)


def _progress(done: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r已写入 {done} 篇", nl=False, err=True)


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
