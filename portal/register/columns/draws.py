"""Columns of draws and of the parties drawn (抽取记录、抽取名单)."""

from portal.domain.draws import DrawMethod
from portal.register.columns.evidence import EVIDENCE
from portal.register.columns.model import Dataset, Type
from portal.register.columns.shared import AGENCY, TAIL, WITHHELD, address, code, col, identity, ref
from portal.register.records import Kind, PublicDraw, PublicDrawEntry

DRAWS = Dataset(
    word="draws", kind=Kind.DRAW, record=PublicDraw, page="/draws/{id}",
    zh="抽取记录", en="Draws",
    about_zh="一次抽取一行；名单在保密期过后另行公开，见 draw-entries。",
    about_en="One row for each draw; its list follows when the embargo is over, see draw-entries.",
    columns=(
        identity("d", "抽取记录", "draw"),
        address("/draws/d_4f9c0a7d1e2b3c4d5e6f708192"),
        AGENCY,
        ref("task_id", "tasks", ("抽查任务", "Task"), ("抽查任务的标识。", "Identifier of its task."), nullable=True),
        col("name", Type.TEXT, ("名称", "Name"), ("抽取名称。", "Name of the draw."), "2025年食品标签抽查（第1轮）"),
        col("round_no", Type.INTEGER, ("轮次", "Round"), ("第几轮，自 1 起。", "Number of the round, from 1."), 1),
        col("drawn_on", Type.DATE, ("抽取日期", "Drawn on"), ("抽取日期。", "Day of the draw."), "2025-03-03"),
        code("method", DrawMethod, ("抽取方式", "Method"), ("抽取方式。", "How it was drawn."), "software"),
        col("place", Type.TEXT, ("抽取地点", "Place"), ("抽取地点。", "Where it was drawn."), "市政务服务中心", nullable=True),
        col("frame_count", Type.INTEGER, ("名录库对象数", "Frame"), ("抽取时名录库中的对象数。", "Parties in the frame drawn from."), 400,
            unit="户", nullable=True),
        col("sample_count", Type.INTEGER, ("抽中数", "Drawn"), ("抽中的对象数。", "Parties drawn."), 20, unit="户", nullable=True),
        col("ratio", Type.NUMBER, ("抽取比例", "Ratio"), ("抽取比例，0 至 1 之间。", "Share drawn, between 0 and 1."), 0.05, unit="1", nullable=True),
        col("ratio_text", Type.TEXT, ("抽取比例原文", "Ratio as worded"), ("抽取比例在原文中的写法。", "The ratio in the words of the source."),
            "5%", nullable=True),
        col("inspector_count", Type.INTEGER, ("抽取的检查人员数", "Inspectors"), ("抽取的检查人员数。", "Inspectors drawn."), 8,
            unit="人", nullable=True),
        col("team_count", Type.INTEGER, ("检查组数", "Teams"), ("检查组数。", "Inspection teams."), 4, unit="组", nullable=True),
        col("supervised_by", Type.TEXT, ("监督单位", "Supervised by"), ("现场监督抽取的单位。", "Body that supervised the draw."),
            "示例市司法局行政执法协调监督科", nullable=True),
        col("embargo_until", Type.DATE, ("名单保密至", "Embargo until"),
            ("名单在这一天（含）之前不公开。", "The list is not public up to and including this day."), "2025-03-31", nullable=True),
        col("list_digest", Type.TEXT, ("名单摘要", "Digest of the list"),
            ("名单的 SHA-256 摘要，抽取后即公开。", "SHA-256 digest of the list, published at once."), "9f" * 32, nullable=True),
        col("list_nonce", Type.TEXT, ("名单随机数", "Nonce of the list"),
            ("与名单一同公开，用来核对摘要。", "Published with the list; the digest is verified with it."), "3c" * 32, nullable=True),
        col("remark", Type.TEXT, ("备注", "Remark"), ("备注。", "Remark."), "已剔除第一轮抽中的对象。", nullable=True),
        WITHHELD,
        *EVIDENCE,
        *TAIL,
    ),
)  # fmt: skip

DRAW_ENTRIES = Dataset(
    word="draw-entries", kind=Kind.DRAW_ENTRY, record=PublicDrawEntry,
    zh="抽取名单", en="Drawn parties",
    about_zh="一次抽取中抽中的一个对象一行，保密期过后公开。",
    about_en="One row for each party drawn in each draw, public when the embargo is over.",
    columns=(
        identity("l", "抽取名单", "entry"),
        ref("draw_id", "draws", ("抽取记录", "Draw"), ("抽取记录的标识。", "Identifier of the draw.")),
        ref("entity_id", "entities", ("检查对象", "Party"), ("检查对象的标识。", "Identifier of the party.")),
        col("drawn_on", Type.DATE, ("抽取日期", "Drawn on"), ("抽取日期。", "Day of the draw."), "2025-03-03"),
        col("unit", Type.TEXT, ("承办单位", "Unit"), ("承办检查的内设机构或单位。", "Unit that is to inspect it."), "执法二中队", nullable=True),
        *TAIL,
    ),
)  # fmt: skip
