"""What every command begins with: settings that are understood, a register that is there."""

import sys

import click

from portal.kit import config, migrate


def settings() -> config.Settings:
    """Return the settings; leave with status 2 where they cannot be understood."""
    try:
        return config.load()
    except config.BadSetting as error:
        click.echo(str(error), err=True)
        sys.exit(2)


def with_register() -> config.Settings:
    """Return the settings of a register that stands at the newest schema; leave with status 1 otherwise."""
    found = settings()
    if not migrate.is_current("register", found.register_url):
        click.echo(
            "登记册尚未建立或版本过旧；请先运行 portal-site migrate 或 portal-office migrate",
            err=True,
        )
        sys.exit(1)
    return found
