"""Records that stand twice in one file: alike, or at odds (文件内重复)."""

from collections.abc import Iterable

from portal.internal.checks.context import Context
from portal.internal.sheets.reader import Read

#: Natural key → the row where the record stood first, a mark of all it says, and of its group.
Seen = dict[str, tuple[int, int, int]]


def unrepeated(context: Context, reads: Iterable[Read], seen: Seen) -> list[Read]:
    """Leave out records that stand twice in the file, and tell them."""
    kept = []
    sheet = context.sheet
    name = sheet.group[0] if sheet.group else sheet.columns[0].field
    for read in reads:
        group = hash(tuple(getattr(read.record, each) for each in sheet.group))
        mark = hash(read.record)
        row, first, its_group = seen.setdefault(read.record.key, (read.row, mark, group))
        if row == read.row:
            kept.append(read)
        elif first == mark:
            context.tell(
                "twice", read, name, f"与第{row}行重复（内容完全相同），只登记一次；请确认"
            )
        elif its_group != group:
            title = sheet.column(sheet.group[-1]).title
            what = f"编号与第{row}行重复，而{title}不同；请分成两个文件，按{title}先后导入"
            context.tell("clash", read, name, what)
        elif sheet.group:
            what = f"编号与第{row}行重复，两处不相邻；同一记录的行请连续填写"
            context.tell("scattered", read, name, what)
        elif sheet.kind == "followups":
            what = (
                f"与第{row}行是同一检查、同一步骤、同一日期，而内容不同；请合并为一行，或核对日期"
            )
            context.tell("clash", read, name, what)
        else:
            #: A party's number stands behind its name.
            number = "identifier" if "identifier" in read.places else name
            what = f"编号与第{row}行重复，而内容不同；请核对，只保留一行"
            context.tell("clash", read, number, what)
    return kept
