"""Papers of the fictitious city: rules, schemes, and a summary whose figures come from its data."""

from collections.abc import Mapping, Sequence
from datetime import date

from portal.internal.demo.city import papers_text as text
from portal.internal.demo.city.checks import Check
from portal.internal.demo.city.draws import CityDraw
from portal.internal.demo.city.places import (
    AGENCY_NAMES,
    CANARY,
    ENVIRONMENT,
    INSPECTING,
    OFFICE,
    Batch,
    private_code,
    private_name,
)
from portal.internal.demo.city.plans import CityTask
from portal.internal.demo.city.steps import Taken

_YEAR = 2025
_YEAR_ENDS = date(2025, 12, 31)
_SUMMARY_DAY = date(2026, 1, 22)
_MISMATCH = "本行合计故意比分项之和多1，仅为演示合计核对功能，不代表真实情况"

Figure = tuple[str, str, str, str, str, str]


def paper_batches(
    plans: dict[tuple[str, int], list[CityTask]],
    drawn: Sequence[CityDraw],
    done: Sequence[Check],
    taken: Sequence[Taken],
) -> list[Batch]:
    """Return the imports of the papers, one each."""
    figures = _block(_figures(plans, drawn, done, taken))
    return [
        _paper(OFFICE, date(2024, 1, 23), text.RULES_HEAD, text.RULES_BODY),
        _paper(OFFICE, date(2025, 2, 20), text.SCHEME_HEAD, text.SCHEME_BODY),
        _paper(OFFICE, _SUMMARY_DAY, text.REPORT_HEAD, text.REPORT_BODY + figures),
        _paper(ENVIRONMENT, date(2026, 3, 10), text.NOTICE_HEAD, text.NOTICE_BODY),
    ]


def _paper(agency: str, on: date, head: Mapping[str, str], body: str) -> Batch:
    whole = dict(head) | {
        "发布机关": agency,
        "来源说明": "示例市为虚构城市，本文仅供演示。",
        "联系人": f"{private_name(on.day)}（{CANARY}），{private_code(on.toordinal())}",
    }
    lines = [f"{name}: {value}" for name, value in whole.items()]
    return Batch(
        on, "documents", agency, text="\n".join(["---", *lines, "---", "", body.strip(), ""])
    )


def _block(figures: Sequence[Figure]) -> str:
    lines = [" | ".join((*figure[:2], f"{_YEAR}年", *figure[2:])) for figure in figures]
    return "\n".join(
        ["", "```统计", "编号 | 指标 | 时期 | 数值 | 单位 | 构成 | 说明", *lines, "```"]
    )


def _figures(
    plans: dict[tuple[str, int], list[CityTask]],
    drawn: Sequence[CityDraw],
    done: Sequence[Check],
    taken: Sequence[Taken],
) -> list[Figure]:
    """Count only what is public: a sum must not speak of what is withheld."""
    mine = [
        check
        for check in done
        if check.inspected_on.year == _YEAR
        and check.published_on < _SUMMARY_DAY
        and check.is_public
    ]
    figures: list[Figure] = []
    by_agency = [sum(check.agency == agency for check in mine) for agency in INSPECTING]
    figures += _total(
        "A",
        "检查户次",
        "户次",
        [(AGENCY_NAMES[a], n) for a, n in zip(INSPECTING, by_agency, strict=True)],
    )
    problems = [check for check in mine if check.has_problem]
    figures += _total(
        "B",
        "按检查结果分的检查户次",
        "户次",
        [
            ("未发现问题或者未开展相关经营活动", len(mine) - len(problems)),
            ("发现问题", len(problems)),
        ],
    )
    share = f"{100 * len(problems) / len(mine):.1f}"
    figures.append(("B4", "问题发现率", share, "%", "B3/B1", ""))
    closed = {id(each.check) for each in taken if each.step == "完结" and each.on <= _YEAR_ENDS}
    ended = sum(id(check) in closed for check in problems)
    figures += _total(
        "C",
        "发现问题的检查",
        "户次",
        [("年底前已完结", ended), ("正在处理", len(problems) - ended)],
    )
    figures.append(("C4", "完结率", f"{100 * ended / len(problems):.1f}", "%", "C2/C1", ""))
    listed = [
        task
        for (_, year), each in plans.items()
        if year == _YEAR
        for task in each
        if task.state != "x"
    ]
    joint = [
        (word, sum(task.joint == word for task in listed))
        for word in ("跨部门联合", "部门内部联合", "上下级联合")
    ]
    total, *parts = _total("D", "联合抽查任务", "项", joint)
    key, label, value, unit, formula, _ = total
    figures += [(key, label, str(int(value) + 1), unit, formula, _MISMATCH), *parts]
    rounds = [draw for draw in drawn if draw.drawn_on.year == _YEAR]
    again = sum(draw.round_no > 1 for draw in rounds)
    figures += _total(
        "E", "组织抽取", "次", [("首轮抽取", len(rounds) - again), ("第二轮抽取", again)]
    )
    return figures


def _total(letter: str, label: str, unit: str, parts: Sequence[tuple[str, int]]) -> list[Figure]:
    """Return a figure and its parts, numbered A1, A2 and so on."""
    keys = [f"{letter}{place}" for place in range(2, len(parts) + 2)]
    total = (f"{letter}1", label, str(sum(n for _, n in parts)), unit, "+".join(keys), "")
    return [
        total,
        *(
            (key, f"其中：{word}", str(n), unit, "", "")
            for key, (word, n) in zip(keys, parts, strict=True)
        ),
    ]
