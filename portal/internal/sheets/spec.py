"""What a template holds: one declaration, from which blank workbook, reader, report and help come."""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any, TypeVar

from portal.domain.codelists import CodeList
from portal.domain.grounds import HIDEABLE, OPEN, Decision, Disclosure, Ground, IncompleteDecision
from portal.domain.identifiers import Identifier, MalformedIdentifier, Scheme, parse
from portal.internal.sheets import cells
from portal.internal.sheets.cells import BadCell, Cell, Parser

Values = Mapping[str, Any]
T = TypeVar("T")

#: Template ("*" for all) → field → its names, from ``names.toml``.
_NAMES = tomllib.loads(files(__package__).joinpath("names.toml").read_text("utf-8"))


def _names_of(kind: str, field: str, sort: str) -> tuple[str, ...]:
    tables = (_NAMES.get(each, {}).get(field, {}) for each in (kind, "*"))
    return tuple(word for table in tables for word in table.get(sort, ()))


class BadRow(ValueError):
    """Cells that are each well formed do not fit together; `field` names the column to look at.

    `child` says in which of the record's children, counted from 0.
    """

    def __init__(self, field: str, what: str, rule: str = "row") -> None:
        """Keep the column's field name and the rule that was broken."""
        super().__init__(what)
        self.field = field
        self.rule = rule
        #: Further faults of the same record, so that all are told at once.
        self.more: list[BadRow] = []
        self.child: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. `field` doubles as its English header; `child` repeats within a record."""

    field: str
    title: str
    parse: Parser
    help: str
    example: str = ""
    required: bool = False
    child: bool = False
    internal: bool = False
    #: Other names that mean the same beyond doubt.
    synonyms: tuple[str, ...] = ()
    #: Names that often mean this; the clerk is asked.
    hints: tuple[str, ...] = ()
    #: Field that takes the source's own wording where it is not the code list's.
    wording: str = ""
    codes: type[CodeList] | None = None
    #: The record holds what was understood, not the words: these are kept as filed.
    reworded: bool = False
    #: A code cell holds one code, which is its value as it stands.
    single: bool = False
    #: Kept as text in the blank workbook, so that the spreadsheet leaves the digits alone.
    is_code: bool = False

    def headers(self) -> tuple[str, ...]:
        """Return every header this column answers to."""
        return (self.title, self.field, *self.synonyms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One template. `group` names the columns that hold one record's rows together."""

    kind: str
    title: str
    about: str
    columns: tuple[Column, ...]
    build: Callable[[str, Values, Sequence[Values]], Any]
    group: tuple[str, ...] = ()
    #: Given the values of a built record and its children: what somebody has to confirm, as
    #: (field, child counted from 0 or None, words).
    doubts: Callable[[Values, Sequence[Values]], Iterable[tuple[str, int | None, str]]] | None = (
        None
    )
    #: How many of the record's children a row makes, where several items in a cell are several.
    parts: Callable[[Values], int] | None = None
    #: What can be held against a record some of whose cells cannot be read: each with the fields it
    #: needs. All of it is done by `build` as well, which knows of a whole record only.
    partial: tuple[tuple[frozenset[str], Callable[[Values], object]], ...] = ()
    #: The same for one child by itself: given the agency, the record's values and the child's.
    child: Callable[[str, Values, Values], object] | None = None
    #: `build` for many rows of one record each, given by field; None for one that wants a closer
    #: look. No row has any of the fields in `seldom`.
    build_all: Callable[[str, Mapping[str, Sequence[Any]], int], Sequence[Any]] | None = None
    seldom: frozenset[str] = frozenset()
    #: A record may stand without any child row, although child columns are mandatory in one.
    childless: bool = False

    def __post_init__(self) -> None:
        """Give each column the names that official tables call it by."""
        called = tuple(
            replace(
                column,
                synonyms=_names_of(self.kind, column.field, "same"),
                hints=_names_of(self.kind, column.field, "ask"),
            )
            for column in self.columns
        )
        object.__setattr__(self, "columns", called)

    def column(self, field: str) -> Column:
        """Return the column of this field."""
        return next(column for column in self.columns if column.field == field)


def each_child(build: Callable[[Values], T], children: Sequence[Values]) -> tuple[T, ...]:
    """Build every child; a fault says in which, and brings the others along."""
    if len(children) == 1:
        try:
            return (build(children[0]),)
        except BadRow as error:
            error.child = 0
            raise
    found: list[T] = []
    faults: list[BadRow] = []
    for index, child in enumerate(children):
        try:
            found.append(build(child))
        except BadRow as error:
            error.child = index
            faults.append(error)
    if faults:
        faults[0].more = faults[1:]
        raise faults[0]
    return tuple(found)


def code_column(field: str, title: str, help_text: str, **more: Any) -> Column:  # noqa: ANN401
    """Declare a column that holds a code."""
    return Column(
        field=field,
        title=title,
        parse=cells.code(),
        help=help_text,
        is_code=True,
        single=True,
        **more,
    )


def date_column(field: str, title: str, help_text: str, **more: Any) -> Column:  # noqa: ANN401
    """Declare a column that holds a date."""
    return Column(
        field=field, title=title, parse=cells.day, help=help_text, example="2025-03-18", **more
    )


def text_column(field: str, title: str, help_text: str, limit: int = 2_000, **more: Any) -> Column:  # noqa: ANN401
    """Declare a column that holds free text of at most `limit` characters."""
    return Column(field=field, title=title, parse=cells.text(limit), help=help_text, **more)


def name_column(field: str, title: str, help_text: str, limit: int = 200, **more: Any) -> Column:  # noqa: ANN401
    """Declare a column that holds a name: no blank or line end stands inside it by intent."""
    return Column(field=field, title=title, parse=cells.name(limit), help=help_text, **more)


def choice_column(
    field: str,
    title: str,
    codes: type[CodeList],
    help_text: str,
    **more: Any,  # noqa: ANN401
) -> Column:
    """Declare a column that holds one code of a list."""
    first = next(iter(codes)).zh
    return Column(
        field=field,
        title=title,
        parse=cells.choice(codes),
        help=help_text,
        codes=codes,
        **({"example": first} | more),
    )


PARTY_COLUMNS = (
    name_column(
        "entity_name",
        "检查对象名称",
        "检查时的名称。",
        200,
        required=True,
        example="示例市青禾食品有限公司",
    ),
    choice_column(
        "scheme", "标识类型", Scheme, "可不填，按位数判断；本地编号和无编号必须注明。",
    ),
    code_column(
        "identifier",
        "标识代码",
        "统一社会信用代码或注册号；无编号的留空。",
        example="91990101MA0000000U",
    ),
)  # fmt: skip


def decision_columns(kind: str) -> tuple[Column, ...]:
    """Declare the columns by which a record of `kind` is withheld in part or in whole."""
    return (
        choice_column("disclosure", "公开方式", Disclosure, "不填即为公开。"),
        choice_column("ground", "不予公开依据", Ground, "公开方式不是“公开”时必填。"),
        Column(
            field="hidden",
            title="隐去内容",
            parse=cells.labels,
            example="；".join(HIDEABLE[kind]),
            help=f"仅用于部分公开，可填：{'、'.join(HIDEABLE[kind])}；多项用分号隔开。",
        ),
        text_column(
            "decided_by",
            "决定机关",
            "作出不予公开决定的机关。",
            120,
            example="示例市市场监督管理局",
        ),
        date_column("decided_on", "决定日期", "作出决定的日期。"),
        date_column("review_on", "复核日期", "决定之后12个月以内。"),
    )


#: What tells a party's number.
NUMBERING = frozenset({"scheme", "identifier"})
#: Without any of these a record is open, as nearly all are.
DECIDING = frozenset({"disclosure", "ground", "hidden", "decided_by", "decided_on", "review_on"})


def decision_of(kind: str, row: Values) -> Decision:
    """Read the decision from the columns of `decision_columns`.

    Raises:
        BadRow: a mandatory part is missing, or something is to be hidden that may not be.

    """
    if DECIDING.isdisjoint(row):
        return OPEN
    known = HIDEABLE[kind]
    hidden = row.get("hidden", ())
    if unknown := [label for label in hidden if label not in known]:
        raise BadRow("hidden", f"“{'、'.join(unknown)}”不能隐去；可填：{'、'.join(known)}")
    decision = Decision(
        disclosure=row.get("disclosure", Disclosure.PUBLIC),
        ground=row.get("ground"),
        fields=tuple(known[label] for label in hidden),
        decided_by=row.get("decided_by"),
        decided_on=row.get("decided_on"),
        review_on=row.get("review_on"),
    )
    try:
        decision.check()
    except IncompleteDecision as error:
        raise BadRow("disclosure", str(error)) from None
    return decision


def identifier_of(row: Values, *, field: str = "identifier") -> Identifier:
    """Read the party's number from scheme and code.

    Raises:
        BadRow: it has none of the known forms, or is missing where the scheme asks for one.

    """
    scheme, value = row.get("scheme"), row.get(field)
    if value is None:
        if scheme not in (None, Scheme.NONE):
            raise BadRow(field, f"标识类型为“{scheme.zh}”时必须填写标识代码", "required")
        if scheme is None:
            raise BadRow(field, "未填标识代码；确无编号的，请在“标识类型”填“无编号”", "required")
        return Identifier(Scheme.NONE, "")
    if scheme is Scheme.NONE:
        raise BadRow(field, "标识类型为“无编号”，却填了标识代码；请改正其中一项")
    try:
        return parse(value, scheme)
    except MalformedIdentifier as error:
        raise BadRow(field, str(error), "cell") from None


__all__ = [
    "PARTY_COLUMNS", "BadCell", "BadRow", "Cell", "Column", "Sheet", "Values", "choice_column",
    "code_column", "date_column", "decision_columns", "decision_of", "each_child", "identifier_of",
    "name_column", "text_column",
]  # fmt: skip
