"""Which worksheet of a workbook is read, and what becomes of the others."""

from collections.abc import Callable, Iterable, Sequence

from portal.internal.sheets.doors.shape import Ask, Unfit
from portal.internal.sheets.ours import HELP_SHEET, MARKED_SHEET

#: Worksheets named in one remark; the rest is counted.
_NAMED = 10


def pick(names: Sequence[str], ask: Ask, is_filled: Callable[[str], bool] | None = None) -> str:
    """Return the name of the worksheet to read: the wanted one, the template's, or the only one.

    Empty ones beside it do not count, where `is_filled` can tell.

    Raises:
        Unfit: there is none such, with those there are.

    """
    there = "、".join(names) or "无"
    if ask.wanted is not None:
        if ask.wanted in names:
            return ask.wanted
        raise Unfit(f"没有名为“{ask.wanted}”的工作表（现有：{there}）；请改正所指定的工作表名")
    if ask.title in names:
        return ask.title
    tables = [name for name in names if name != HELP_SHEET]
    others = [name for name in tables if name != MARKED_SHEET] or tables
    if len(others) > 1 and is_filled:
        others = [name for name in others if is_filled(name)]
    if len(others) == 1:
        return others[0]
    raise Unfit(
        f"没有名为“{ask.title}”的工作表（现有：{there}）；请指明要读哪一个，或使用对应的空白模板"
    )


def refuse_hidden(names: Iterable[str]) -> None:
    """Refuse hidden worksheets: nobody has looked at them.

    Raises:
        Unfit: there is one.

    """
    if hidden := list(names):
        raise Unfit(f"含有隐藏的工作表“{'”“'.join(hidden)}”；请取消隐藏核对，或删除后再导入")


def weigh_others(
    names: Iterable[str], taken: str, ask: Ask, is_filled: Callable[[str], bool]
) -> list[str]:
    """Return remarks on the worksheets that are not read.

    Raises:
        Unfit: another one is filled, and nobody said which is meant: nothing is passed over.

    """
    left = [name for name in names if name not in (taken, HELP_SHEET) and is_filled(name)]
    #: Our own list of findings may stay in: it is told, and no table of the clerk's.
    other = next((name for name in left if name != MARKED_SHEET), None)
    if other is not None and ask.wanted is None:
        raise Unfit(
            f"除“{taken}”外，工作表“{other}”也有内容，每次只读一个工作表；"
            "请并入同一工作表，或另存为单独的文件导入，或删除该工作表"
        )
    if not left:
        return []
    more = f"等{len(left)}个" if len(left) > _NAMED else ""
    return [f"工作表“{'”“'.join(left[:_NAMED])}”{more}有内容，未读取；本次只读取“{taken}”"]
