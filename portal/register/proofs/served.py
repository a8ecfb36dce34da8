"""What the site reads is what the tables hold: nothing in the database stands between (视图、规则、策略、触发器).

A view in the place of a table, a rule, a policy on rows, a trigger, an heir of a table or an operator of one's own
may show the site other rows than this walk, or change what is written. The register has none of them: a SQLite file
has to be to the letter what the migrations make, PostgreSQL is asked for each of these. An index of SQLite may have lost a
row by hand that its table still has: lists that it leads through pass the record over, and a walk by serials does not.
A table that was made anew without its keys takes a row twice: what is a set to the walk is then counted double by a page.
A column of another type or collation holds what reads like the value that belongs there and is not found under it. On
PostgreSQL a condition of a table or an index is taken for true when a question is planned, whatever holds of the rows:
one that leans on what its owner can redefine leaves rows out.
"""

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit import migrate
from portal.register.proofs.report import Audited
from portal.register.tables.changes import ChangeRow

#: Names as the site's own questions resolve them.
_TABLES_ON_POSTGRESQL = """
SELECT name, CASE
  WHEN c.oid IS NULL THEN '表不见了'
  WHEN c.relkind <> 'r' OR c.relpersistence = 't' THEN '不是表，是视图或其他对象'
  WHEN c.relnamespace <> current_schema()::regnamespace THEN '位于另一个模式'
  WHEN c.relrowsecurity OR c.relforcerowsecurity OR EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid)
    THEN '设有行级安全策略'
  WHEN EXISTS (
    SELECT FROM pg_class o JOIN pg_namespace n ON n.oid = o.relnamespace
    WHERE o.relname = name AND o.relkind IN ('r', 'v', 'm', 'f', 'p') AND o.oid <> c.oid
      AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  ) THEN '另一个模式中有同名的表或视图'
  WHEN EXISTS (SELECT FROM pg_rewrite WHERE ev_class = c.oid) THEN '设有规则'
  WHEN EXISTS (SELECT FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal) THEN '设有触发器'
  WHEN EXISTS (SELECT FROM pg_inherits WHERE c.oid IN (inhparent, inhrelid)) THEN '与其他表有继承关系'
  WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attgenerated <> '') THEN '有由数据库计算的列'
  WHEN EXISTS (SELECT FROM pg_constraint WHERE conrelid = c.oid AND contype = 'c') THEN '设有条件约束'
  WHEN EXISTS (SELECT FROM pg_constraint WHERE conrelid = c.oid AND contype NOT IN ('p', 'u', 'n')) THEN '设有外键或排他约束'
  WHEN EXISTS (
    SELECT FROM pg_index i JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
    WHERE i.indrelid = c.oid AND d.refobjid <> c.oid AND d.refclassid <> 'pg_constraint'::regclass
  ) THEN '有取决于其他对象的索引'
  END AS fault
FROM unnest(CAST(:names AS text[])) AS name LEFT JOIN pg_class c ON c.oid = to_regclass(quote_ident(name))
"""
#: Whatever no extension brought, in any schema: where names are looked up differs with the account that asks. Whoever made
#: an extension may add anything to it; so what is called like something of PostgreSQL's own is told even then. What is made
#: with the server has a number below 16384: whoever may do anything puts a nearer lower(varchar) beside the lower(text) there.
_OWN_ON_POSTGRESQL = """
SELECT kind || ' ' || name, '不属于登记册' FROM (
  SELECT '函数' AS kind, proname::text AS name, oid, 'pg_proc'::regclass AS of, pronamespace AS place,
    proname IN (SELECT proname FROM pg_proc WHERE oid < 16384) AS misleads FROM pg_proc
  UNION ALL SELECT '运算符', oprname::text, oid, 'pg_operator'::regclass, oprnamespace,
    oprname IN (SELECT oprname FROM pg_operator WHERE oid < 16384) FROM pg_operator
  UNION ALL SELECT '类型转换', castsource::regtype::text, oid, 'pg_cast'::regclass, NULL,
    greatest(castsource, casttarget) < 16384 FROM pg_cast
) AS found
WHERE oid >= 16384 AND (place IS NULL OR place = 'pg_catalog'::regnamespace OR place NOT IN (
  SELECT oid FROM pg_namespace WHERE nspname LIKE 'pg\\_%' OR nspname = 'information_schema'
))
  AND (misleads OR NOT EXISTS (SELECT FROM pg_depend WHERE classid = of AND objid = found.oid AND deptype = 'e'))
"""
#: Sets of columns of which no two rows of a table are alike, whole and for all rows.
_KEYS_ON_POSTGRESQL = """
SELECT i.indexrelid::text, a.attname FROM pg_index i
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY((i.indkey::int2[])[0:i.indnkeyatts - 1])
WHERE i.indrelid = to_regclass(quote_ident(:name)) AND i.indisunique AND i.indisvalid
  AND i.indpred IS NULL AND i.indexprs IS NULL
"""
#: Columns with their types, without lengths. A collation of its own is no type that was declared.
_TYPES_ON_POSTGRESQL = """
SELECT a.attname, CASE WHEN a.attcollation = t.typcollation THEN format_type(t.oid, NULL) ELSE '' END
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = to_regclass(quote_ident(:name)) AND a.attnum > 0 AND NOT a.attisdropped
"""
#: As what SQLite keeps a value; any other is text.
_KEPT_AS: dict[type[Any], str] = {
    sa.Integer: "integer",
    sa.Boolean: "integer",
    sa.LargeBinary: "blob",
}
#: What PostgreSQL calls a type that is declared by another name.
_CALLED = {"varchar": "character varying"}


def check(session: Session, found: Audited) -> None:
    """Tell every thing of the database that may stand between a table and its reader."""
    if session.get_bind().dialect.name == "postgresql":
        _asked(session, found)
        _typed(session, found)
        _keyed(session, found)
    else:
        _compared(session, found)
        _indexes(session, found)
        _stored(session, found)


def _asked(session: Session, found: Audited) -> None:
    """Tell what PostgreSQL knows of tables that are none, and of things that no migration made."""
    names = sorted(ChangeRow.metadata.tables)
    for name, fault in session.execute(sa.text(_TABLES_ON_POSTGRESQL), {"names": names}):
        found.done["tables"] += 1
        if fault is not None:
            found.fault(f"{name}：{fault}")
    for name, fault in session.execute(sa.text(_OWN_ON_POSTGRESQL)):
        found.fault(f"{name}：{fault}")


def _typed(session: Session, found: Audited) -> None:
    """Tell the tables that hold other values than were declared: what is asked for is compared otherwise then."""
    dialect = session.get_bind().dialect
    asked = sa.text(_TYPES_ON_POSTGRESQL)
    for name, table in sorted(ChangeRow.metadata.tables.items()):
        kept = {column: _plain(of) for column, of in session.execute(asked, {"name": name})}
        wanted = {each.name: _plain(each.type.compile(dialect)) for each in table.columns}
        if any(kept.get(column) != of for column, of in wanted.items()):
            found.fault(f"{name}：有列的类型或排序规则不是登记册所定的")


def _plain(declared: str) -> str:
    plain = declared.partition("(")[0].lower()
    return _CALLED.get(plain, plain)


def _keyed(session: Session, found: Audited) -> None:
    """Tell the tables that would take a row twice."""
    asked = sa.text(_KEYS_ON_POSTGRESQL)
    for name, table in sorted(ChangeRow.metadata.tables.items()):
        kept: dict[str, set[str]] = defaultdict(set)
        for key, column in session.execute(asked, {"name": name}):
            kept[key].add(column)
        wanted = [
            {column.name for column in each.columns}
            for each in table.constraints
            if isinstance(each, sa.PrimaryKeyConstraint | sa.UniqueConstraint)
        ]
        if any(each not in kept.values() for each in wanted):
            found.fault(f"{name}：没有主键或唯一约束，同一行可以重复")


def _compared(session: Session, found: Audited) -> None:
    """Tell whatever a SQLite register has otherwise than the migrations make it, to the letter."""
    kept = migrate.structure(session.connection())
    wanted = migrate.pattern("register")
    found.done["tables"] += sum(each.startswith("table ") for each in wanted)
    for each in sorted(kept.keys() | wanted.keys()):
        if each not in kept:
            found.fault(f"{each}：不见了")
        elif each not in wanted:
            found.fault(f"{each}：不属于登记册")
        elif kept[each] != wanted[each]:
            found.fault(f"{each}：与登记册所定的结构不同")


def _indexes(session: Session, found: Audited) -> None:
    """Tell the first row that an index of SQLite passes over; on PostgreSQL no owner of a table can make one do so."""
    (first,) = session.execute(sa.text("PRAGMA integrity_check(1)")).one()
    if first != "ok":
        found.fault(f"表与索引不相符：{first}")


def _stored(session: Session, found: Audited) -> None:
    """Tell the tables that hold a value of another kind than was declared: 5.0 is as good as 5 to whoever compares, and no number of an entry."""
    for name, table in sorted(ChangeRow.metadata.tables.items()):
        odd = [
            sa.func.typeof(each).not_in(["null", _KEPT_AS.get(type(each.type), "text")])
            for each in table.columns
        ]
        if session.scalar(sa.select(sa.func.count()).select_from(table).where(sa.or_(*odd))):
            found.fault(f"{name}：有值的存储类型与所定的列类型不符")
