"""Serving: the office alone, or office and site together for the demonstration."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

import click
import sqlalchemy as sa

from portal.domain.errors import LogBroken, PortalError
from portal.internal.demo import load as demo
from portal.internal.desk import hub, scheduled, upgrading
from portal.internal.desk.forgetting import NotForgotten
from portal.internal.desk.stores import Stores, open_stores
from portal.kit import clock, gunicorn
from portal.kit.config import Settings
from portal.register import followers
from portal.register.dumps import shelf
from portal.register.dumps.describing import Terms
from portal.register.followers import NotReplayed
from portal.register.purging import NotPurged

_OFFICE = "portal.internal"
_SITE = "portal.public"
#: Keeps the search index where the register is; as little told about the office as the site.
_FOLLOWER = "from portal.public.cli import main; main(['index', '--follow'])"
#: What the public process must never be told.
_OFFICE_ONLY = ("PORTAL_INTERNAL_URL", "PORTAL_LOG_KEY", "PORTAL_WITHDRAWALS", "PORTAL_REPLICAS")
_READY_SECONDS = 30
_STOP_SECONDS = 10
#: Their messages name what stands in the way, and no text of a record.
_TOLD = (LogBroken, NotForgotten, NotPurged, NotReplayed)
#: How often the office looks for what has come due.
_DUE_SECONDS = 60


def office(settings: Settings, internal_url: str) -> None:
    """Serve the office until told to stop, and carry out what comes due meanwhile."""
    server = _server(settings, _OFFICE, os.environ)
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, _interrupt)
    with _children((server,)) as children:
        _watch(settings, internal_url, children)
        sys.exit(1)


def _server(
    settings: Settings, package: str, environ: Mapping[str, str]
) -> tuple[list[str], dict[str, str]]:
    """Return argument list and environment of the server of `package`."""
    port, watched_at = settings.port, settings.metrics_port
    if package == _OFFICE:
        port, watched_at = settings.office_port, settings.office_metrics_port
    argv = gunicorn.command(settings, package, port, watched_at)
    return argv, gunicorn.surroundings(environ, watched_at)


def _tell(stores: Stores, settings: Settings) -> None:
    """Tell the hub what was published since; beside everything else, so that a dead hub delays nothing."""
    try:
        hub.tell(stores, settings)
    except (PortalError, sa.exc.SQLAlchemyError) as error:
        click.echo(f"订阅中心未能告知：{type(error).__name__}", err=True)


def _beat(register: sa.Engine) -> None:
    """Let servers that follow the register's know the time, beside everything else."""
    while True:
        try:
            followers.beat(register)
        except sa.exc.SQLAlchemyError as error:
            click.echo(f"只读副本未能告知时间：{type(error).__name__}", err=True)
        time.sleep(followers.BEAT)


def _watch(settings: Settings, internal_url: str, children: list[subprocess.Popen[bytes]]) -> None:
    """Carry out what comes due, minute by minute, until one of the servers stops."""
    stores = open_stores(settings, internal_url)
    again, telling = time.monotonic(), threading.Thread()
    if stores.followers:
        threading.Thread(target=_beat, args=(stores.register,), daemon=True).start()
    while all(child.poll() is None for child in children):
        if time.monotonic() >= again:
            again = time.monotonic() + _DUE_SECONDS
            if settings.websub_hub and not telling.is_alive():
                telling = threading.Thread(target=_tell, args=(stores, settings), daemon=True)
                telling.start()
            try:
                done = scheduled.carry_out(stores, now=clock.utc_now())
            except (PortalError, sa.exc.SQLAlchemyError, OSError) as error:
                #: Tried again in a minute; what went wrong may be a store that is locked, or a full disk.
                said = str(error) if isinstance(error, _TOLD) else type(error).__name__
                click.echo(f"到期发布未能执行：{said}", err=True)
            else:
                for batch_id, why in done.refused:
                    click.echo(f"批次 {batch_id} 定时发布未成：{why}", err=True)
        time.sleep(0.2)


def both(settings: Settings, internal_url: str) -> None:
    """Migrate, load the demonstration on the first start, serve both sides until told to stop.

    Site and office are two processes with two environments: the site's does not hold the
    address of the office's store. A third follows the changelog with the search index.
    """
    for name, port in (("PORT", settings.port), ("OFFICE_PORT", settings.office_port)):
        if not _is_free(settings.host, port):
            click.echo(
                f"端口 {port} 已被占用；请先停止占用它的程序，或用 {name}=其他端口 指定", err=True
            )
            sys.exit(1)
    _prepare(settings, internal_url)
    public = {name: value for name, value in os.environ.items() if name not in _OFFICE_ONLY}
    commands = (
        _server(settings, _SITE, public),
        _server(settings, _OFFICE, os.environ),
        ([sys.executable, "-c", _FOLLOWER], public),
    )
    #: Said outright: a shell that starts us in the background has SIGINT ignored.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, _interrupt)
    with _children(commands) as children:
        for port in (settings.port, settings.office_port):
            if not _is_ready(f"http://{settings.host}:{port}/healthz", children):
                click.echo("启动失败，见上面的输出", err=True)
                sys.exit(1)
        _greet(settings)
        _watch(settings, internal_url, children)
        click.echo("有一个服务意外退出，全部停止", err=True)
        sys.exit(1)


def _prepare(settings: Settings, internal_url: str) -> None:
    settings.data.mkdir(parents=True, exist_ok=True)
    stores = upgrading.upgrade(settings, internal_url, say=partial(click.echo, err=True))
    if not demo.is_loaded(stores):
        demo.load(stores, say=lambda line: click.echo(line, err=True))
    signer, last = stores.log_key.signer(may_make=False), stores.log_key.last_head()
    shelf.cut(stores.register, settings.dumps, Terms.of(settings), signer, last=last)
    for engine in (stores.internal, stores.register, stores.letterbox):
        engine.dispose()


def _greet(settings: Settings) -> None:
    accounts = "、".join(f"{name} {display}" for name, (display, _) in demo.ACCOUNTS.items())
    click.echo(
        f"\n公开网站  http://{settings.host}:{settings.port}/\n"
        f"办公端    http://{settings.host}:{settings.office_port}/\n"
        f"演示账号  {accounts}\n"
        f"演示口令  {demo.PASSWORD}\n"
        "按 Ctrl-C 停止"
    )


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _is_ready(address: str, children: list[subprocess.Popen[bytes]]) -> bool:
    until = time.monotonic() + _READY_SECONDS
    while time.monotonic() < until and all(child.poll() is None for child in children):
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


@contextmanager
def _children(
    commands: tuple[tuple[list[str], dict[str, str]], ...],
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Start the servers; leave none behind, however we are told to stop."""
    children: list[subprocess.Popen[bytes]] = []
    try:
        for argv, environment in commands:
            children.append(subprocess.Popen(argv, env=environment))  # noqa: S603
        yield children
    except KeyboardInterrupt:
        click.echo("\n正在停止……", err=True)
    finally:
        for child in children:
            if child.poll() is None:
                child.terminate()
        for child in children:
            try:
                child.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _interrupt(signum: int, frame: object) -> None:
    del signum, frame
    raise KeyboardInterrupt
