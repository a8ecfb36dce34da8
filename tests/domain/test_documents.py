"""The figures a paper states, held against their parts."""

from decimal import Decimal

import pytest

from portal.domain.documents import Figure, SumCheck, check_sums


def a_figure(key: str, value: str, formula: str | None = None) -> Figure:
    return Figure(
        key=key, label="抽查户数", period="2024年", value=Decimal(value), unit="户", formula=formula
    )


PARTS = (a_figure("A2", "170"), a_figure("A3", "92"))


@pytest.mark.parametrize(
    ("figure", "computed", "agrees"),
    [
        (a_figure("A1", "262", "A2+A3"), "262", True),
        (a_figure("A1", "262.0", "A2+A3"), "262", True),
        (a_figure("A1", "263", "A2+A3"), "262", False),
        (a_figure("A1", "170", "A2"), "170", True),
        (a_figure("A1", "15640", "A2×A3"), "15640", True),
        (a_figure("A1", "15641", "A2×A3"), "15640", False),
        (a_figure("A1", "54.1", "A3/A2"), "54.1", True),
        (a_figure("A1", "55.1", "A3/A2"), "54.1", True),  # papers round, and say 约
        (a_figure("A1", "55.2", "A3/A2"), "54.1", False),
        (a_figure("A1", "53", "A3/A2"), "54.1", False),
    ],
)
def test_a_figure_is_held_against_its_parts(figure: Figure, computed: str, agrees: object) -> None:
    found = check_sums((figure, *PARTS))

    assert found == {"A1": SumCheck("A1", figure.value, Decimal(computed), agrees is True)}


def test_the_gap_is_stated_less_computed() -> None:
    found = check_sums((a_figure("A1", "260", "A2+A3"), *PARTS))

    assert found["A1"].gap == Decimal(-2)


def test_figures_without_parts_are_not_checked() -> None:
    found = check_sums(PARTS)

    assert found == {}


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        ("A2+A9", "A1 的构成引用了不存在的编号 A9"),
        ("A2+A3×A3", "A1 的构成“A2+A3×A3”应为同一种运算，例如 A2+A3、B1×B2 或 C1/C2"),
        ("A2-A3", "A1 的构成“A2-A3”应为同一种运算，例如 A2+A3、B1×B2 或 C1/C2"),
        ("A2+", "A1 的构成“A2+”应为同一种运算，例如 A2+A3、B1×B2 或 C1/C2"),
        ("a2", "A1 的构成“a2”应为同一种运算，例如 A2+A3、B1×B2 或 C1/C2"),
        ("A2/A4", "A1 的构成“A2/A4”除数为0"),
        ("A4/A4", "A1 的构成“A4/A4”除数为0"),
    ],
)
def test_a_formula_that_cannot_be_computed_is_told(formula: str, told: str) -> None:
    with pytest.raises(ValueError, match="A1") as refused:
        check_sums((a_figure("A1", "1", formula), *PARTS, a_figure("A4", "0")))

    assert str(refused.value) == told


def test_a_share_of_nothing_is_nothing() -> None:
    found = check_sums((a_figure("A1", "0", "A4/A2"), *PARTS, a_figure("A4", "0")))

    assert (found["A1"].computed, found["A1"].agrees) == (Decimal("0.0"), True)
