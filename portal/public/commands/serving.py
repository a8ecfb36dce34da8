"""Serving the site, its stores' schema, and the configuration of what stands around it."""

import os
import sys
from pathlib import Path

import click

from portal.kit import deploy, gunicorn, migrate
from portal.public.berths import THREADS
from portal.public.commands.opening import settings, with_register

#: What this process shall not know, whatever the environment says.
_OFFICE_ONLY = ("PORTAL_INTERNAL_URL", "PORTAL_LOG_KEY", "PORTAL_WITHDRAWALS", "PORTAL_REPLICAS")
#: How far downloads step back where there is not processor time enough for all (nice).
_BEHIND = 10


@click.command()
@click.option(
    "--downloads",
    is_flag=True,
    help="只供整库导出与数据包下载，监听 DOWNLOADS_PORT，优先级低于页面",
)
def serve(*, downloads: bool) -> None:
    """Serve the public site under gunicorn on HOST:PORT (启动公开网站)."""
    found = with_register()
    environment = {name: value for name, value in os.environ.items() if name not in _OFFICE_ONLY}
    if downloads:
        os.nice(_BEHIND)
        argv = gunicorn.alone(found, "portal.public.downloads", found.downloads_port, THREADS)
        os.execve(argv[0], argv, environment)  # noqa: S606
    argv = gunicorn.command(found, "portal.public", found.port, found.metrics_port)
    os.execve(argv[0], argv, gunicorn.surroundings(environment, found.metrics_port))  # noqa: S606


@click.command("migrate")
def migrate_stores() -> None:
    """Bring register and letterbox to the newest schema (升级公开存储)."""
    found = settings()
    migrate.upgrade("register", found.register_url)
    migrate.upgrade("letterbox", found.letterbox_url)


@click.command("config")
@click.argument("kind", type=click.Choice(list(deploy.KINDS)))
@click.option("--certificate", type=click.Path(path_type=Path), help="证书链文件（https 站点）")
@click.option("--key", type=click.Path(path_type=Path), help="证书私钥文件（https 站点）")
@click.option("--rate", type=click.IntRange(1, 10_000), default=20, show_default=True,
              help="同一地址每秒可长期保持的请求数")  # fmt: skip
def config_files(kind: str, certificate: Path | None, key: Path | None, rate: int) -> None:
    """Print configuration for what stands around the portal, for the settings as they are (部署配置).

    nginx：放在前面的反向代理；systemd：两个受限的服务；postgresql：数据库与三个账户的权限。
    """
    try:
        click.echo(deploy.render(kind, settings(), certificate=certificate, key=key, rate=rate))
    except deploy.NotDeployable as error:
        click.echo(str(error), err=True)
        sys.exit(2)
