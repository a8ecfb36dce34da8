"""Columns that a verifiable draw has besides (可复算的抽取)."""

from portal.register.columns.model import Type
from portal.register.columns.shared import col

_STRATA = (
    col("key", Type.TEXT, ("层", "Stratum"), ("层的名称。", "Name of the stratum."), "一般"),
    col("frame", Type.INTEGER, ("在册", "Frame"), ("该层名录中的对象数。", "Parties of the stratum in the frame."), 400, unit="户"),
    col("eligible", Type.INTEGER, ("参加抽取", "Eligible"), ("未被排除的对象数；所据以排除的以前轮次揭示后公开。",
        "Parties that were not left out; public when the earlier rounds whose parties are left out are revealed."), 380, unit="户", nullable=True),
    col("quota", Type.INTEGER, ("应抽", "Quota"), ("按规则应抽的对象数。", "Parties to be drawn by the rule."), 20, unit="户", nullable=True),
    col("drawn", Type.INTEGER, ("抽中", "Drawn"), ("抽中的对象数。", "Parties drawn."), 20, unit="户", nullable=True),
    col("shortage", Type.INTEGER, ("缺额", "Shortage"), ("应抽而不足的对象数。", "Parties wanting for the quota."), 0, unit="户", nullable=True),
)  # fmt: skip
_SEEDS = (
    col("source", Type.TEXT, ("来源代号", "Source"), ("来源在方案中的代号。", "Its name in the plan."), "jj"),
    col("source_kind", Type.TEXT, ("来源种类", "Kind"), ("dice10、dice6、share、drand、nist 或 lottery。",
        "dice10, dice6, share, drand, nist or lottery."), "share"),
    col("ref", Type.TEXT, ("依据", "Reference"), ("事件或者保管人。", "The event, or the holder."), "驻局纪检监察组，信封 001"),
    col("outcome_value", Type.TEXT, ("数值", "Value"), ("揭示后公开。", "Public after the reveal."), "01234567890123456789", nullable=True),
    col("photos", Type.TEXT, ("照片摘要", "Photographs"), ("每张照片的 SHA-256，以空格分隔。",
        "SHA-256 of each photograph, blanks between."), "9f" * 32, nullable=True),
)  # fmt: skip
_PRESENT = (
    col("role", Type.TEXT, ("身份", "Capacity"), ("在场人员的身份。", "Capacity in which somebody stood by."), "现场监督人员"),
    col("unit", Type.TEXT, ("单位", "Unit"), ("在场人员的单位。", "Unit of that person."), "驻局纪检监察组"),
)  # fmt: skip
_REPLACEMENTS = (
    col("number", Type.INTEGER, ("次序", "Number"), ("第几次替换。", "Number of the replacement."), 1),
    col("decided_on", Type.DATE, ("日期", "Decided on"), ("决定替换的日期。", "Day it was decided."), "2025-03-10"),
    col("digest", Type.TEXT, ("摘要", "Digest"), ("替换决定的摘要，当日公开。", "Digest of the decision, public on the day."), "9f" * 32),
    col("salt", Type.TEXT, ("盐值", "Salt"), ("揭示后公开，用来核对摘要。", "Public after the reveal; opens the digest."), "3a" * 32, nullable=True),
    col("replaced", Type.TEXT, ("种类", "What"), ("object 为对象，member 为人员；揭示后公开。",
        "Object or member; public after the reveal."), "object", nullable=True),
    col("reason", Type.TEXT, ("原因", "Reason"), ("替换原因的代码；揭示后公开。", "Code of the reason; public after the reveal."), "closed", nullable=True),
)  # fmt: skip

EVIDENCE = (
    col("scheme", Type.TEXT, ("抽取规范", "Scheme"), ("可复算的抽取为 dsr-draw/1；空值表示不可重算。",
        "`dsr-draw/1` for a draw that can be recomputed; empty for one that cannot."), "dsr-draw/1", nullable=True),
    col("stage", Type.TEXT, ("进展", "Stage"), ("frozen 已冻结，sealed 已抽取未揭示，revealed 已揭示，void 已作废。",
        "frozen, sealed (drawn, not revealed), revealed, or void."), "revealed", nullable=True),
    col("draw_code", Type.TEXT, ("抽取编号", "Draw id"), ("规范所称 draw_id。", "The `draw_id` of the specification."), "shili-2025-01", nullable=True),
    col("plan", Type.TEXT, ("抽取方案", "Plan"), ("方案的规范 JSON。", "The plan as canonical JSON."), "{}", nullable=True),
    col("commitment", Type.TEXT, ("承诺", "Commit"), ("承诺的规范 JSON。", "The commit as canonical JSON."), "{}", nullable=True),
    col("frozen_on", Type.DATE, ("冻结日期", "Frozen on"), ("名录冻结的日期。", "Day the lists were frozen."), "2025-03-01", nullable=True),
    col("seeded_on", Type.DATE, ("取种日期", "Seeded on"), ("种子取得的日期。", "Day of the seed."), "2025-03-03", nullable=True),
    col("reveal_on", Type.DATE, ("预定揭示日期", "To be revealed on"), ("冻结时宣布的揭示日期。", "Day of the reveal, announced at the freeze."), "2025-04-01", nullable=True),
    col("revealed_on", Type.DATE, ("揭示日期", "Revealed on"), ("实际揭示的日期。", "Day it was revealed."), "2025-04-01", nullable=True),
    col("sealed", Type.TEXT, ("密封摘要", "Sealed hash"), ("抽取当日公布的密封摘要。", "Sealed hash, published on the day of the draw."), "9f" * 32, nullable=True),
    col("sealed_nonce", Type.TEXT, ("密封随机数", "Nonce"), ("揭示时公布。", "Published at the reveal."), "3c" * 32, nullable=True),
    col("result_hash", Type.TEXT, ("结果指纹", "Result hash"), ("抽取结果的指纹。", "Hash of the result."), "9f" * 32, nullable=True),
    col("package_sha256", Type.TEXT, ("数据包摘要", "Package digest"), ("所给数据包的 SHA-256；有对象此后不再点名的，数据包随之另行公布。", "SHA-256 of the package as it is given; when somebody may no longer be named it is published anew."), "9f" * 32, nullable=True),
    col("package_bytes", Type.INTEGER, ("数据包大小", "Package size"), ("数据包的字节数。", "Size of the package."), 123456, unit="B", nullable=True),
    col("strata", Type.OBJECT, ("各层", "Strata"), ("每层的对象数。", "Counts of each stratum."), [], many=True, default=(), parts=_STRATA),
    col("seeds", Type.OBJECT, ("种子来源", "Seed sources"), ("种子的来源。", "Sources of the seed."), [], many=True, default=(), parts=_SEEDS),
    col("present", Type.OBJECT, ("在场人员", "Present"), ("在场人员的身份和单位。", "Who stood by: capacity and unit."), [], many=True, default=(), parts=_PRESENT),
    col("replacements", Type.OBJECT, ("替换", "Replacements"), ("替换，按决定的先后。", "Replacements in the order decided."), [], many=True, default=(),
        parts=_REPLACEMENTS),
    col("relaxed_count", Type.INTEGER, ("放宽条件的岗位", "Relaxed places"), ("放宽条件后选出的岗位数。", "Places filled under a relaxed rule."), 0, nullable=True),
    col("unfilled_count", Type.INTEGER, ("人工指定的岗位", "Unfilled places"), ("无合适人选的岗位数。", "Places nobody fitted."), 0, nullable=True),
    col("void_reason", Type.TEXT, ("作废原因", "Void because"), ("作废原因的代码。", "Code of the reason."), "source_failed", nullable=True),
    col("void_by", Type.TEXT, ("批准作废的单位", "Voided by"), ("批准作废的单位。", "Unit that approved it."), "示例市司法局", nullable=True),
    col("voided_on", Type.DATE, ("作废日期", "Voided on"), ("作废的日期。", "Day it was voided."), "2025-03-04", nullable=True),
    col("replaced_by", Type.TEXT, ("另行抽取", "Replaced by"), ("替代本次的抽取编号。", "Draw id of the draw in its place."), "shili-2025-02", nullable=True),
)  # fmt: skip
