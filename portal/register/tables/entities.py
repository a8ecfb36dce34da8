"""Inspected parties and the names and numbers that find them (检查对象)."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Table
from portal.register.tables.rows import RecordRow


class EntityRow(RecordRow):
    """One party; mirrors `PublicEntity`."""

    __tablename__ = "entity"
    __table_args__ = (
        Index("ix_entity_name", "name", "public_id"),
        Index("ix_entity_kind", "kind", "name", "public_id"),
        Index("ix_entity_region", "region", "name", "public_id"),
        Index("ix_entity_published", "published_on", "public_id"),
    )

    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    region: Mapped[str | None] = mapped_column(String(12))


class EntityKeyRow(Table):
    """One way to find a party: a present or former name, or a number, folded for comparison."""

    __tablename__ = "entity_key"
    __table_args__ = (
        Index("ix_entity_key_value", "value", "entity_id"),
        {"sqlite_with_rowid": False},
    )

    entity_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[str] = mapped_column(String(200), primary_key=True)
