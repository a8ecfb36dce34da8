"""Whatever is put by hand between a table and its reader is found, though every row that the walk reads is right."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit.db import engine_for
from portal.register.proofs.audit import audit
from portal.register.writer import open_pen
from tests.register.makers import a_public_agency, a_public_entity
from tests.stage import urls

NOW = datetime(2025, 6, 2, tzinfo=UTC)
POSTGRES, SQLITE = pytest.mark.postgres, pytest.mark.sqlite


@pytest.fixture
def register(data: Path) -> Iterator[sa.Engine]:
    engine = engine_for(urls(data)[0].register_url)
    with open_pen(engine, now=NOW) as pen:
        pen.append(a_public_agency())
        pen.append(a_public_entity())
    yield engine
    engine.dispose()


def _faults(register: sa.Engine, *deeds: str) -> list[str]:
    """Return what is found after some deeds and was not before; the deeds are undone."""
    with Session(register) as session:
        before = audit(session).faults
        session.expunge_all()
        for deed in deeds:
            session.connection().exec_driver_sql(deed)
        found = [each for each in audit(session).faults if each not in before]
        session.rollback()
    return found


_VIEW = (
    "ALTER TABLE entity RENAME TO entity_kept",
    "CREATE VIEW entity AS SELECT * FROM entity_kept",
)
#: A row that stands in its table and in none of the lists that one index leads through.
_PASSED_OVER = (
    "CREATE TEMPORARY TABLE kept AS SELECT * FROM entity",
    "DELETE FROM entity",
    "PRAGMA writable_schema = ON",
    "UPDATE sqlite_master SET sql = sql || ' WHERE 0' WHERE name = 'ix_entity_region'",
    "PRAGMA writable_schema = RESET",
    "INSERT INTO entity SELECT * FROM kept",
    "PRAGMA writable_schema = ON",
    "UPDATE sqlite_master SET sql = replace(sql, ' WHERE 0', '') WHERE name = 'ix_entity_region'",
    "PRAGMA writable_schema = RESET",
)
#: The same rows, of which any may now stand there twice.
_KEYLESS = (
    "CREATE TABLE kept AS SELECT * FROM visit",
    "DROP TABLE visit",
    "ALTER TABLE kept RENAME TO visit",
)
#: As good as a key to whoever looks at names alone.
_PARTLY_KEYED = (
    "CREATE TABLE kept AS SELECT * FROM tally",
    "DROP TABLE tally",
    "ALTER TABLE kept RENAME TO tally",
    "CREATE UNIQUE INDEX pk_tally ON tally (scope, what) WHERE scope = ''",
)
#: What reads as true from then on may be a text that no question for what is true finds.
_UNTYPED = (
    "PRAGMA writable_schema = ON",
    "UPDATE sqlite_master SET sql = replace(sql, 'problem BOOLEAN', 'problem BLOB') WHERE name = 'result'",
    "PRAGMA writable_schema = RESET",
)
_ALIKE = (
    "PRAGMA writable_schema = ON",
    "UPDATE sqlite_master SET sql = replace(sql, 'name VARCHAR(200)', 'name VARCHAR(200) COLLATE NOCASE') WHERE name = 'entity'",
    "PRAGMA writable_schema = RESET",
)
#: As what SQLite keeps for itself is called, which nobody can make in the ordinary way.
_CALLED_ITS_OWN = (
    "PRAGMA writable_schema = ON",
    "CREATE TRIGGER sqlite_stat9 AFTER INSERT ON event BEGIN UPDATE epoch SET value = 'other'; END",
    "PRAGMA writable_schema = RESET",
)
#: A blank to whoever reads it, and to SQLite a letter of the type: there may be nothing then.
_NO_BLANK = (
    "PRAGMA writable_schema = ON",
    "UPDATE sqlite_master SET sql = replace(sql, 'INTEGER NOT NULL', 'INTEGER\u3000NOT NULL') WHERE name = 'tally'",
    "PRAGMA writable_schema = RESET",
)
#: Where names are not looked up: an answer that may be another later.
_ELSEWHERE = (
    "CREATE SCHEMA aside",
    "CREATE FUNCTION aside.so() RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true'",
)
_NEARER = (
    "CREATE FUNCTION pg_catalog.lower(varchar) RETURNS text LANGUAGE sql AS $$SELECT ''::text$$"
)
_FUNCTION = "CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"


@pytest.mark.parametrize(
    ("deeds", "expected"),
    [
        pytest.param(_VIEW, {"entity：不是表，是视图或其他对象"}, marks=POSTGRES),
        pytest.param(_KEYLESS, {"visit：没有主键或唯一约束，同一行可以重复"}, marks=POSTGRES),
        pytest.param(_PARTLY_KEYED, {"tally：没有主键或唯一约束，同一行可以重复"}, marks=POSTGRES),
        pytest.param(
            _VIEW,
            {
                "table entity：不见了",
                "view entity：不属于登记册",
                "table entity_kept：不属于登记册",
            },
            marks=SQLITE,
        ),
        pytest.param(_KEYLESS, {"table visit：与登记册所定的结构不同"}, marks=SQLITE),
        pytest.param(
            _PARTLY_KEYED,
            {"table tally：与登记册所定的结构不同", "index pk_tally：不属于登记册"},
            marks=SQLITE,
        ),
        pytest.param(
            ("CREATE TRIGGER t AFTER INSERT ON entity BEGIN SELECT 1; END",),
            {"trigger t：不属于登记册"},
            marks=SQLITE,
        ),
        pytest.param(
            ("ALTER TABLE entity ADD COLUMN shown AS (body)",),
            {"table entity：与登记册所定的结构不同"},
            marks=SQLITE,
        ),
        #: Nothing of these misleads anybody yet; what they might do need not be thought of.
        pytest.param(
            ("CREATE INDEX quiet ON entity (region) WHERE region <> '990101'",),
            {"index quiet：不属于登记册"},
            marks=SQLITE,
        ),
        pytest.param(
            ("DROP INDEX ix_entity_region",), {"index ix_entity_region：不见了"}, marks=SQLITE
        ),
        pytest.param(
            ("CREATE TABLE aside (a INTEGER)",), {"table aside：不属于登记册"}, marks=SQLITE
        ),
        pytest.param(
            _PASSED_OVER,
            {"表与索引不相符：row 1 missing from index ix_entity_region"},
            marks=SQLITE,
        ),
        pytest.param(
            _UNTYPED,
            {"table result：与登记册所定的结构不同"},
            marks=SQLITE,
        ),
        pytest.param(_ALIKE, {"table entity：与登记册所定的结构不同"}, marks=SQLITE),
        pytest.param(_CALLED_ITS_OWN, {"trigger sqlite_stat9：不属于登记册"}, marks=SQLITE),
        pytest.param(_NO_BLANK, {"table tally：与登记册所定的结构不同"}, marks=SQLITE),
        pytest.param(
            ('ALTER TABLE entity ALTER name TYPE varchar(200) COLLATE "und-x-icu"',),
            {"entity：有列的类型或排序规则不是登记册所定的"},
            marks=POSTGRES,
        ),
        pytest.param(
            ("ALTER TABLE entity ALTER region TYPE char(12)",),
            {"entity：有列的类型或排序规则不是登记册所定的"},
            marks=POSTGRES,
        ),
        pytest.param(
            (*_ELSEWHERE, "ALTER TABLE entity ADD CHECK (region <> '990101' OR aside.so())"),
            {"entity：设有条件约束"},
            marks=POSTGRES,
        ),
        pytest.param(
            (*_ELSEWHERE, "CREATE INDEX quiet ON entity (region) WHERE aside.so()"),
            {"entity：有取决于其他对象的索引"},
            marks=POSTGRES,
        ),
        #: What goes with another row is taken away by triggers that do not count as any.
        pytest.param(
            ("ALTER TABLE event ADD FOREIGN KEY (serial) REFERENCES change ON DELETE CASCADE",),
            {"event：设有外键或排他约束"},
            marks=POSTGRES,
        ),
        pytest.param(
            ("ALTER TABLE entity ENABLE ROW LEVEL SECURITY",),
            {"entity：设有行级安全策略"},
            marks=POSTGRES,
        ),
        pytest.param(
            ("CREATE POLICY p ON entity USING (name <> '示例')",),
            {"entity：设有行级安全策略"},
            marks=POSTGRES,
        ),
        pytest.param(
            ("CREATE RULE r AS ON INSERT TO entity DO INSTEAD NOTHING",),
            {"entity：设有规则"},
            marks=POSTGRES,
        ),
        pytest.param(
            (_FUNCTION, "CREATE TRIGGER t BEFORE DELETE ON entity EXECUTE FUNCTION quiet()"),
            {"entity：设有触发器", "函数 quiet：不属于登记册"},
            marks=POSTGRES,
        ),
        pytest.param(
            ("CREATE TABLE heir () INHERITS (entity)",),
            {"entity：与其他表有继承关系"},
            marks=POSTGRES,
        ),
        pytest.param(
            ("CREATE TEMPORARY TABLE entity AS SELECT * FROM public.entity",),
            {"entity：不是表，是视图或其他对象"},
            marks=POSTGRES,
        ),
        pytest.param(
            (
                "CREATE SCHEMA nearer",
                "CREATE TABLE nearer.entity AS SELECT * FROM public.entity",
                "SET LOCAL search_path = nearer, public",
            ),
            {f"{each}：位于另一个模式" for each in ("change", "version", "leaf")},
            marks=POSTGRES,
        ),
        #: As the account of the site is called: it looks there first, and no other does.
        pytest.param(
            (
                "CREATE SCHEMA mingcha_site",
                "CREATE VIEW mingcha_site.entity AS SELECT * FROM public.entity WHERE name <> '示例'",
            ),
            {"entity：另一个模式中有同名的表或视图"},
            marks=POSTGRES,
        ),
        pytest.param(_ELSEWHERE, {"函数 so：不属于登记册"}, marks=POSTGRES),
        pytest.param((_NEARER,), {"函数 lower：不属于登记册"}, marks=POSTGRES),
        pytest.param(
            (
                "CREATE FUNCTION never(varchar, varchar) RETURNS bool LANGUAGE sql AS 'SELECT false'",
                "CREATE OPERATOR = (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = never)",
            ),
            {"函数 never：不属于登记册", "运算符 =：不属于登记册"},
            marks=POSTGRES,
        ),
        #: Whoever may make an extension may say of anything that it belongs to it.
        pytest.param(
            (
                "CREATE EXTENSION pgcrypto",
                "CREATE FUNCTION never(varchar, varchar) RETURNS bool LANGUAGE sql AS 'SELECT false'",
                "CREATE OPERATOR = (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = never)",
                "CREATE FUNCTION lower(varchar) RETURNS text LANGUAGE sql AS $$SELECT ''::text$$",
                "ALTER EXTENSION pgcrypto ADD FUNCTION never(varchar, varchar)",
                "ALTER EXTENSION pgcrypto ADD FUNCTION lower(varchar)",
                "ALTER EXTENSION pgcrypto ADD OPERATOR = (varchar, varchar)",
            ),
            {"函数 lower：不属于登记册", "运算符 =：不属于登记册"},
            marks=POSTGRES,
        ),
        pytest.param(
            ("ALTER TABLE entity ADD COLUMN shown text GENERATED ALWAYS AS (body) STORED",),
            {"entity：有由数据库计算的列"},
            marks=POSTGRES,
        ),
    ],
)
def test_what_stands_between_a_table_and_its_reader_is_found(
    register: sa.Engine, deeds: tuple[str, ...], expected: set[str]
) -> None:
    assert expected - set(_faults(register, *deeds)) == set()


@pytest.mark.postgres
def test_what_an_extension_is_made_of_is_no_fault(register: sa.Engine) -> None:
    """Servers are watched by what belongs to one."""
    assert _faults(register, "CREATE EXTENSION pg_stat_statements") == []


def test_a_register_as_it_was_migrated_has_nothing_of_the_kind(register: sa.Engine) -> None:
    assert [each for each in _faults(register) if "：" in each] == []
    with Session(register) as session:
        found = audit(session)
    assert found.done["tables"] > 20
    assert [each for each in found.faults if "：" in each] == []
