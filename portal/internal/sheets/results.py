"""The template of results with their findings (抽查结果)."""

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain
from typing import Any

from portal.domain.identifiers import Identifier, Scheme
from portal.domain.parties import entity_key
from portal.domain.results import Finding, Handling, Outcome, Result
from portal.internal.sheets import cells
from portal.internal.sheets.alike import records
from portal.internal.sheets.spec import (
    DECIDING,
    NUMBERING,
    PARTY_COLUMNS,
    BadRow,
    Column,
    Sheet,
    Values,
    choice_column,
    code_column,
    date_column,
    decision_columns,
    decision_of,
    each_child,
    identifier_of,
    text_column,
)

_OWN = frozenset((
    "code", "task_code", "draw_code", "entity_name", "inspected_on", "unit", "handling",
    "handling_text", "due_on", "inspector_names", "certificates", "note",
))  # fmt: skip
#: Fields of a finding.
_CHILD = ("item_code", "item_name", "outcomes", "outcome_text", "detail")


def _build(agency_code: str, row: Values, children: Sequence[Values]) -> Result:
    identifier = identifier_of(row)
    findings = each_child(_findings, children)
    result = Result(
        agency_code=agency_code,
        entity_key=entity_key(identifier, agency_code=agency_code, name=row["entity_name"]),
        identifier=identifier,
        findings=findings[0] if len(findings) == 1 else tuple(chain.from_iterable(findings)),
        decision=decision_of("results", row),
        **{field: value for field, value in row.items() if field in _OWN},
    )
    _check_due(row)
    return result


def _build_all(
    agency_code: str, columns: Mapping[str, Sequence[Any]], count: int
) -> list[Result | None]:
    """Build results of one row each; None for one with a fault, or with several findings."""

    def of(name: str) -> Sequence[Any]:
        return columns.get(name) or [None] * count

    numbers = list(map(_number, of("scheme"), of("identifier")))
    findings = list(map(_lone_finding, *map(of, _CHILD)))
    keys = [
        entity_key(number, agency_code=agency_code, name=name) if number else ""
        for number, name in zip(numbers, of("entity_name"), strict=True)
    ]
    made = records(
        Result,
        {field: values for field, values in columns.items() if field in _OWN}
        | {"agency_code": [agency_code] * count, "identifier": numbers, "findings": findings}
        | {"entity_key": keys},
        count,
    )
    sound = [
        number is not None and finding is not None and (due_on is None or due_on >= day)
        for number, finding, due_on, day in zip(
            numbers, findings, of("due_on"), of("inspected_on"), strict=True
        )
    ]
    return [each if good else None for each, good in zip(made, sound, strict=True)]


def _number(scheme: Scheme | None, value: str | None) -> Identifier | None:
    try:
        return identifier_of({"scheme": scheme, "identifier": value})
    except BadRow:
        return None


@lru_cache(maxsize=4_096)
def _lone_finding(*values: Any) -> tuple[Finding, ...] | None:  # noqa: ANN401
    row = {name: value for name, value in zip(_CHILD, values, strict=True) if value is not None}
    try:
        found = _findings(row)
    except BadRow:
        return None
    return found if len(found) == 1 else None


def _check_due(row: Values) -> None:
    due_on, inspected_on = row.get("due_on"), row.get("inspected_on")
    if due_on and inspected_on and due_on < inspected_on:
        raise BadRow("due_on", "整改期限早于检查完成日期")


def _findings(row: Values) -> tuple[Finding, ...]:
    """Return the findings of one row: several items in a cell are several findings.

    But only where they share an outcome beyond doubt. A problem stated for several items at once
    stays one finding, as filed: nobody but its author knows which of them it lies in.
    """
    outcomes = row["outcomes"]
    if len(outcomes) > 1 and Outcome.NO_PROBLEM in outcomes:
        raise BadRow("outcomes", "“未发现问题”不能与其他结果同时填写")
    codes, names = row.get("item_code", ()), row.get("item_name", ())
    if not codes and not names:
        raise BadRow("item_name", "“检查事项编号”与“检查事项”至少填一项")
    if codes and names and len(codes) != len(names):
        raise BadRow(
            "item_code", f"有 {len(codes)} 个编号、{len(names)} 个事项，对不上；请逐行填写"
        )
    rest = (outcomes, row.get("outcome_text"), row.get("detail"))
    if len(codes) < 2 and len(names) < 2:  # noqa: PLR2004
        return _finding(codes[0] if codes else None, names[0] if names else "", *rest)
    pairs = list(zip(codes or [None] * len(names), names or [""] * len(codes), strict=True))
    shared = all(not outcome.is_problem for outcome in outcomes)
    if len(pairs) > 1 and not shared:
        if codes:
            what = "一格内有几个事项编号，而结果是发现问题；请每个事项一行，写明各自的结果"
            raise BadRow("item_code", what)
        pairs = [(None, "；".join(names))]
    return tuple(chain.from_iterable(_finding(code, name, *rest) for code, name in pairs))


@lru_cache(maxsize=4_096)
def _finding(
    code: str | None, name: str, outcomes: tuple[Outcome, ...], text: str | None, detail: str | None
) -> tuple[Finding]:
    """Return the one finding: nine rows in ten of a real table say the same of the same item."""
    return (
        Finding(
            item_code=code, item_name=name, outcomes=outcomes, outcome_text=text, detail=detail
        ),
    )


def _parts(row: Values) -> int:
    """Count the findings of one row."""
    if len(row.get("item_code", ())) < 2 and len(row.get("item_name", ())) < 2:  # noqa: PLR2004
        return 1
    return len(_findings(row))


SHEET = Sheet(
    parts=_parts,
    partial=(
        (NUMBERING, identifier_of),
        (DECIDING, partial(decision_of, "results")),
        (frozenset({"due_on", "inspected_on"}), _check_due),
    ),
    child=lambda _agency, _row, child: _findings(child),
    kind="results",
    title="抽查结果",
    about="一行一个检查事项；一次检查有几个事项就填几行，连续填写，检查各列首行填写即可。",
    group=("code",),
    columns=(
        code_column(
            "code",
            "检查记录编号",
            "本机关内唯一，不公开。",
            required=True,
            internal=True,
            example="JC2025-0001",
        ),
        code_column(
            "task_code",
            "任务编号",
            "年度计划中的任务编号。",
            example="2025-SCJG-01",
        ),
        code_column("draw_code", "抽取编号", "抽取记录的编号。"),
        *PARTY_COLUMNS,
        date_column(
            "inspected_on",
            "检查完成日期",
            "检查完成之日，公开时限自此起算。",
            required=True,
        ),
        text_column(
            "unit",
            "检查单位",
            "实施检查的内设或下属单位，将公开。",
            120,
        ),
        Column(
            field="item_code",
            title="检查事项编号",
            parse=cells.codes_list(),
            help="本机关清单中的编号，多项用分号隔开。",
            child=True,
            is_code=True,
            example="SP-001",
        ),
        Column(
            field="item_name",
            title="检查事项",
            parse=cells.labels,
            help="填了编号、该事项又已发布的，可不填；多项用分号隔开。",
            child=True,
            example="食品经营许可情况检查",
        ),
        Column(
            field="outcomes",
            title="检查结果",
            parse=cells.choices(Outcome),
            codes=Outcome,
            required=True,
            child=True,
            help="国家统一的八类，可填多项，用分号隔开。",
            example="未发现问题",
            wording="outcome_text",
        ),
        text_column(
            "outcome_text",
            "结果原文",
            "与统一表述不同的原文；不填的，按检查结果的原文登记。",
            500,
            child=True,
        ),
        text_column(
            "detail",
            "检查情况",
            "发现的具体情况，将公开，不得含个人信息。",
            4_000,
            child=True,
        ),
        choice_column("handling", "后续处置", Handling, "后续处置方式。"),
        text_column(
            "handling_text",
            "处理说明",
            "将公开，不得含个人信息。",
            2_000,
        ),
        date_column(
            "due_on",
            "整改期限",
            "责令改正的期限。",
        ),
        text_column(
            "inspector_names",
            "检查人员",
            "仅内部使用，不公开。",
            200,
            internal=True,
        ),
        code_column(
            "certificates",
            "执法证号",
            "仅内部使用，不公开。",
            internal=True,
        ),
        text_column("note", "内部备注", "仅内部使用，不公开。", internal=True),
        *decision_columns("results"),
    ),
    build=_build,
    build_all=_build_all,
    seldom=DECIDING,
)
