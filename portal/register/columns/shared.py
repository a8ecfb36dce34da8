"""Columns that several datasets share, and the short way to write one."""

from typing import Any

from portal.domain.codelists import CodeList
from portal.domain.grounds import Ground
from portal.register.columns.model import Column, Type


def col(
    key: str,
    kind: Type,
    titles: tuple[str, str],
    abouts: tuple[str, str],
    example: Any,  # noqa: ANN401 - an example is of whatever type the column is
    **more: Any,  # noqa: ANN401 - passed on to the typed dataclass
) -> Column:
    """Return a column; `titles` and `abouts` are (Chinese, English)."""
    return Column(
        key=key, holds=kind, zh=titles[0], en=titles[1], about_zh=abouts[0], about_en=abouts[1],
        example=example, **more,
    )  # fmt: skip


def code(
    key: str,
    codes: type[CodeList],
    titles: tuple[str, str],
    abouts: tuple[str, str],
    example: Any,  # noqa: ANN401 - one code, or a list of them
    **more: Any,  # noqa: ANN401 - passed on to the typed dataclass
) -> Column:
    """Return a column whose values come from a code list."""
    return col(key, Type.CODE, titles, abouts, example, codes=codes, **more)


def identity(prefix: str, zh: str, en: str) -> Column:
    """Return the `id` column of a dataset."""
    return col(
        "id", Type.ID, ("标识", "Identifier"),
        (f"{zh}的标识：不含含义，永久不变。", f"Identifier of the {en}: opaque and stable for ever."),
        f"{prefix}_4f9c0a7d1e2b3c4d5e6f708192",
    )  # fmt: skip


def address(path: str) -> Column:
    """Return the `url` column: the row's page on this site."""
    return col(
        "url", Type.TEXT, ("网页", "Page"),
        ("本站上的网页地址。", "Address of the page on this site."),
        f"https://mingcha.example{path}", added=True,
    )  # fmt: skip


def ref(
    key: str,
    dataset: str,
    titles: tuple[str, str],
    abouts: tuple[str, str],
    **more: Any,  # noqa: ANN401 - passed on to the typed dataclass
) -> Column:
    """Return a column that names a row of another dataset."""
    prefix = {"agencies": "a", "entities": "e", "tasks": "t", "draws": "d", "items": "i",
              "results": "r", "plans": "p"}[dataset]  # fmt: skip
    name = f"{prefix}_4f9c0a7d1e2b3c4d5e6f708192"
    example = [name] if more.get("many") else name
    return col(key, Type.ID, titles, abouts, example, refers=dataset, **more)


AGENCY = ref(
    "agency_id", "agencies", ("检查主体", "Agency"),
    ("检查主体的标识。", "Identifier of the agency."),
)  # fmt: skip

MONTH_ONLY = col(
    "month_only", Type.BOOLEAN, ("日期仅到月", "Dates to the month only"),
    ("为 true 时，本行日期只精确到月，以月初或月末代表。",
     "When true, the dates of this row are known to the month only; its first or last day stands for it."),
    False, default=False,
)  # fmt: skip

WITHHELD = col(
    "withheld", Type.OBJECT, ("不予公开的内容", "Withheld fields"),
    ("本行中不予公开的列及其依据；没有则为空。",
     "Fields of this row that are withheld, and on what ground; empty where none are."),
    [], many=True, default=(),
    parts=(
        col("field", Type.TEXT, ("列名", "Field"),
            ("不予公开的列的键。", "Key of the withheld column."), "name"),
        code("ground", Ground, ("依据", "Ground"),
             ("不予公开的依据。", "Ground for withholding."), "trade_secret"),
        col("article", Type.TEXT, ("条款", "Provision"),
            ("所依据的法律条款。", "The legal provision."),
            "《中华人民共和国政府信息公开条例》第十五条"),
    ),
)  # fmt: skip

#: What the register adds to every row.
TAIL = (
    col("version", Type.INTEGER, ("版次", "Version"),
        ("这条记录公开的第几版，自 1 起。", "Number of the published version, from 1."),
        1, added=True),
    col("serial", Type.INTEGER, ("变更序号", "Serial"),
        ("最近一次变更在公开日志中的序号，只增不减。",
         "Number of its last change in the publication log; it only grows."), 48211, added=True),
    col("published_on", Type.DATE, ("公开日期", "Published on"),
        ("首次公开的日期。", "Day it first became public."), "2025-06-20", added=True),
)  # fmt: skip
