"""Secrets and notes that belong to the office's store and travel with its backups."""

import secrets

import sqlalchemy as sa
from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kit.db import INTERNAL, Table

ID_KEY = "id_key"
SESSION_KEY = "session_key"
#: The last change that a WebSub hub was told of.
HUB_TOLD = "hub_told"
#: What no follower of the register shows any more: the change, and the life of the register.
REPLAYED = "replayed"
#: When a release was refused last whose texts may lie in the register's files all the same; "" once they do not.
UNDONE = "undone"


class SettingRow(Table):
    """One named secret or note."""

    __bind_key__ = INTERNAL
    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))


def secret(session: Session, name: str) -> bytes:
    """Return the secret called `name`, making it the first time. The caller commits."""
    value = session.scalar(sa.select(SettingRow.value).where(SettingRow.name == name))
    if value is None:
        value = secrets.token_hex(32)
        session.add(SettingRow(name=name, value=value))
        session.flush()
    return bytes.fromhex(value)


def text(session: Session, name: str) -> str | None:
    """Return the note called `name`, None if there is none yet."""
    return session.scalar(sa.select(SettingRow.value).where(SettingRow.name == name))


def keep(session: Session, name: str, value: str) -> None:
    """Note `value` under `name`. The caller commits."""
    session.merge(SettingRow(name=name, value=value))
