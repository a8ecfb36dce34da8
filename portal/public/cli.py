"""portal-site: serve the public side."""

import os
import sys

import click

from portal.kit import config, gunicorn, migrate

_APP = "portal.public.app:create_app()"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """portal-site: serve the public side, migrate its stores (公开网站).

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
    #: Whatever the environment says, this process shall not know where the office keeps its store.
    environment = {
        name: value for name, value in os.environ.items() if name != "PORTAL_INTERNAL_URL"
    }
    argv = gunicorn.command(settings, _APP, settings.port)
    os.execve(argv[0], argv, environment)  # noqa: S606


@main.command("migrate")
def migrate_stores() -> None:
    """Bring register and letterbox to the newest schema (升级公开存储)."""
    settings = _settings()
    migrate.upgrade("register", settings.register_url)
    migrate.upgrade("letterbox", settings.letterbox_url)


def _settings() -> config.Settings:
    try:
        return config.load()
    except config.BadSetting as error:
        click.echo(str(error), err=True)
        sys.exit(2)
