"""Result tables of any size for measuring: seeded, fictitious, never shown to anyone."""

import csv
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook
from stdnum.cn import uscc

_OUTCOMES = (
    "未发现问题",
    "发现问题已责令改正",
    "通过登记的住所（经营场所）无法联系",
    "未发现开展本次抽查涉及的经营活动",
)
HEADER = (
    "检查记录编号", "检查对象名称", "标识代码", "检查完成日期", "检查单位", "检查事项编号", "检查结果",
    "检查情况", "后续处置", "处理说明", "整改期限", "检查人员", "执法证号", "内部备注", "检查事项",
)  # fmt: skip


def credit_code(number: int) -> str:
    """Return a valid credit code in a division that does not exist."""
    stem = f"91990101MA{number:07d}"
    return stem + str(uscc.calc_check_digit(stem))


def rows(count: int, *, seed: int = 1) -> Iterator[tuple[str, ...]]:
    """Yield `count` rows, each one check; a party is checked five times on average."""
    random_ = random.Random(seed)
    parties = max(1, count // 5)
    for number in range(count):
        party = random_.randrange(parties)
        day = date(2023, 1, 1) + timedelta(days=random_.randrange(880))
        outcome = random_.choices(_OUTCOMES, (70, 20, 6, 4))[0]
        problem = outcome == _OUTCOMES[1]
        yield (
            f"B{number:07d}", f"示例市基准{party:06d}有限公司", credit_code(party), day.isoformat(),
            "市场监管一所", "SP-001", outcome, "货架标签与进货台账不一致，限期整改。" if problem else "",
            "违反本部门相关规定，责令改正；后续跟踪由日常监管部门负责" if problem else "",
            "", (day + timedelta(days=30)).isoformat() if problem else "",
            "演示人员", "JSQ-1", "内部", "食品经营许可情况检查",
        )  # fmt: skip


def write_csv(path: Path, count: int) -> Path:
    """Write the table as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows(count))
    return path


def write_xlsx(path: Path, count: int) -> Path:
    """Write the table as a workbook."""
    book = Workbook(write_only=True)
    table = book.create_sheet("抽查结果")
    table.append(HEADER)
    for row in rows(count):
        table.append(row)
    book.save(path)
    return path
