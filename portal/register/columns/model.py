"""What is said of one published column, and of one dataset."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from portal.domain.codelists import CodeList
from portal.register.records import Kind, Part


class Type(StrEnum):
    """What a value is. `DATE` is a day in China, YYYY-MM-DD; `NUMBER` a decimal number."""

    ID = "id"
    TEXT = "text"
    CODE = "code"
    DATE = "date"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    #: Several facts that belong together; `parts` names them.
    OBJECT = "object"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One published column: its key in JSON and its header in CSV and XLSX."""

    key: str
    holds: Type
    zh: str
    en: str
    about_zh: str
    about_en: str
    example: Any
    unit: str | None = None
    codes: type[CodeList] | None = None
    #: Dataset whose rows an ID names.
    refers: str | None = None
    nullable: bool = False
    #: A list: an array in JSON, values joined by `SEPARATOR` in CSV.
    many: bool = False
    parts: tuple["Column", ...] = ()
    #: Dataset that holds these parts one to a row: CSV leaves them to it.
    elsewhere: str | None = None
    #: Field of the record it comes from, where that is not called like the key.
    field: str | None = None
    #: How it follows from the rest of the row; None where it is a field of the record as it stands.
    derive: Callable[[Any], Any] | None = None
    #: What the record means where its stored text leaves the field out.
    default: Any = None
    #: Added by the register to every row, beside the record's own text.
    added: bool = False

    def title(self, lang: str) -> str:
        """Return the title in Chinese, or in English for "en"."""
        return self.en if lang == "en" else self.zh

    def about(self, lang: str) -> str:
        """Return the meaning in Chinese, or in English for "en"."""
        return self.about_en if lang == "en" else self.about_zh


#: Between the values of a list in one CSV or XLSX cell; inside a value it is written ``\|``.
SEPARATOR = "|"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """One kind of rows the world can ask for."""

    #: In addresses: ``/api/v1/{word}``.
    word: str
    #: Where the rows lie: their own kind, or the kind of the record they stand inside.
    kind: Kind
    record: type[Part]
    zh: str
    en: str
    about_zh: str
    about_en: str
    columns: tuple[Column, ...]
    #: Field of the record of `kind` that holds the rows; None where each record is one row.
    inside: str | None = None
    #: Page of one row on this site, None where it has none of its own.
    page: str | None = None

    def title(self, lang: str) -> str:
        """Return the title in Chinese, or in English for "en"."""
        return self.en if lang == "en" else self.zh

    def about(self, lang: str) -> str:
        """Return the meaning in Chinese, or in English for "en"."""
        return self.about_en if lang == "en" else self.about_zh

    def cells(self) -> Iterator["Cell"]:
        """Yield the flat columns of CSV and XLSX, in order."""
        for column in self.columns:
            if column.elsewhere:
                continue
            if column.parts:
                yield from (Cell(f"{column.key}_{p.key}", p, column) for p in column.parts)
            else:
                yield Cell(column.key, column, None)


@dataclass(frozen=True, slots=True)
class Cell:
    """One flat column. `inside` is the list of objects that `column` is a part of, if it is one."""

    key: str
    column: Column
    inside: Column | None

    @property
    def many(self) -> bool:
        """Whether a cell holds a list."""
        return self.inside is not None or self.column.many

    def title(self, lang: str) -> str:
        """Return the title, led by that of the list it is a part of."""
        own = self.column.title(lang)
        return own if self.inside is None else f"{self.inside.title(lang)} · {own}"
