"""Published texts and the figures they state (文件与统计数据)."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from portal.domain.codelists import CodeList
from portal.domain.grounds import OPEN, Decision


class DocumentKind(CodeList):
    """文种."""

    RULES = "rules", "工作细则", "Working rules"
    SCHEME = "scheme", "实施方案", "Implementation scheme"
    NOTICE = "notice", "通知", "Notice"
    BULLETIN = "bulletin", "工作简报", "Bulletin"
    STATISTICS = "statistics", "统计数据", "Statistics"
    SUMMARY = "summary", "工作总结", "Summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure a paper states (统计指标). `formula` says what it should equal: ``A2+A3``."""

    key: str
    label: str
    period: str
    value: Decimal
    unit: str
    formula: str | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A published text. `contact` never leaves the office; the body goes through the scanner."""

    agency_code: str
    code: str
    title: str
    number: str | None = None
    kind: DocumentKind
    issued_on: date
    summary: str
    body: str
    figures: tuple[Figure, ...] = ()
    source: str | None = None
    contact: str | None = None
    decision: Decision = OPEN

    @property
    def key(self) -> str:
        """The natural key: agency and document code."""
        return f"{self.agency_code}/{self.code}"


@dataclass(frozen=True, slots=True)
class SumCheck:
    """A figure held against its parts (合计核对)."""

    key: str
    stated: Decimal
    computed: Decimal
    agrees: bool

    @property
    def gap(self) -> Decimal:
        """Stated less computed."""
        return self.stated - self.computed


_TERMS = re.compile(r"[A-Z]\d+([+×/][A-Z]\d+)*")
#: How far a stated percentage may lie from the computed one: papers round and say 约 (about).
PERCENT_TOLERANCE = Decimal(1)


def check_sums(figures: tuple[Figure, ...]) -> dict[str, SumCheck]:
    """Compute every stated formula: sums ``A2+A3``, products ``B1×B2``, shares ``C1/C2`` (in %).

    Raises:
        ValueError: a formula names an unknown figure, mixes operators or divides by zero; the
            message says which.

    >>> f = lambda k, v, x=None: Figure(
    ...     key=k, label=k, period="", value=Decimal(v), unit="家", formula=x)
    >>> check_sums((f("A1", 262, "A2+A3"), f("A2", 170), f("A3", 92)))["A1"].agrees
    True

    """
    values = {figure.key: figure.value for figure in figures}
    return {
        figure.key: _check(figure, figure.formula, values) for figure in figures if figure.formula
    }


def _check(figure: Figure, formula: str, values: dict[str, Decimal]) -> SumCheck:
    operators = set(re.findall(r"[+×/]", formula))
    if not _TERMS.fullmatch(formula) or len(operators) > 1:
        raise ValueError(
            f"{figure.key} 的构成“{formula}”应为同一种运算，例如 A2+A3、B1×B2 或 C1/C2"
        )
    operator = operators.pop() if operators else "+"
    try:
        terms = [values[key] for key in formula.split(operator)]
    except KeyError as unknown:
        raise ValueError(f"{figure.key} 的构成引用了不存在的编号 {unknown.args[0]}") from None
    if operator == "/" and not all(terms[1:]):
        raise ValueError(f"{figure.key} 的构成“{formula}”除数为0")
    computed = terms[0]
    for term in terms[1:]:
        computed = (
            computed + term
            if operator == "+"
            else computed * term
            if operator == "×"
            else computed / term
        )
    if operator == "/":
        computed = (computed * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
        return SumCheck(
            figure.key, figure.value, computed, abs(figure.value - computed) <= PERCENT_TOLERANCE
        )
    return SumCheck(figure.key, figure.value, computed, figure.value == computed)
