"""What a verifiable draw is called on its page: stages, sources, reasons, its timeline."""

from datetime import date
from typing import Any

from flask_babel import gettext as _

from portal.register.records import PublicDraw


def timeline(draw: PublicDraw, today: date, *, inspected: bool) -> list[dict[str, Any]]:
    """Return the steps from the freeze to the reveal, done or still to come."""
    rows = [
        (_("冻结名单并公布承诺"), draw.frozen_on, _("方案、名单和人员从这一天起不能再改。")),
        (_("取得种子并抽取"), draw.seeded_on, _("种子由几个来源合成，没有哪一个人能够单独决定。")),
        (_("实施检查"), draw.seeded_on if inspected else None, _("检查结果另行公开。")),
        (_("揭示"), draw.revealed_on, _("公布种子、数据包和结果，任何人都可以复算。")),
    ]
    if draw.voided_on is not None:
        rows = [row for row in rows if row[1] is not None]
        rows.append((_("作废"), draw.voided_on, _("作废的抽取永久保留在这里。")))
    return [
        {"date": day, "label": label, "text": text, "days_note": None,
         "state": "done" if day is not None and day <= today else "pending"}
        for label, day, text in rows
    ]  # fmt: skip


def words() -> dict[str, dict[str, str]]:
    """Return the wordings of codes, by list."""
    return {
        "source": {
            "dice10": _("十面骰子"), "dice6": _("六面骰子"), "share": _("密封数"),
            "drand": _("公共随机数（drand）"), "nist": _("公共随机数（NIST）"), "lottery": _("彩票开奖号码"),
        },
        "state": {
            "drawn": _("在名单中，抽中"), "undrawn": _("在名单中，没有抽中"),
            "listed": _("在名单中；是否抽中，揭示后公布"),
            "excluded": _("在名单中，按方案不参加本次抽取"),
        },
        "void": {
            "share_not_revealed": _("密封数未按期拆封"), "source_failed": _("种子来源未产生"),
            "objection_upheld": _("对名单的异议成立"), "list_error": _("名单有误"), "cancelled": _("任务取消"),
        },
        "replaced": {"object": _("检查对象"), "member": _("检查人员")},
        "reason": {
            "closed": _("已停业"), "moved": _("已迁出"), "not_found": _("查无下落"), "suspended": _("暂停营业"),
            "merged": _("已合并"), "force_majeure": _("不可抗力"), "recused": _("应当回避"), "unavailable": _("不能到岗"),
        },
    }  # fmt: skip
