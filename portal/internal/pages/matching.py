"""What a clerk says of a table's columns, as a form: read, held against the table, made a profile (对应列名)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from portal.internal.sheets import cells
from portal.internal.sheets.drafting import Drafted
from portal.internal.sheets.mapping import PLACEHOLDER, RUNNING, SECTION, Profile, title_of
from portal.internal.sheets.names import fold
from portal.internal.sheets.spec import Column, Sheet
from portal.internal.sheets.ticks import is_ticked
from portal.internal.sheets.wordings import Wording

ORDERS = (("ymd", "年月日"), ("mdy", "月日年"), ("dmy", "日月年"))
#: Lines for columns that the table does not have and the template does not ask for.
EXTRA = 3
_NOT_IN_NAMES = re.compile(r"[^\w\u4e00-\u9fff-]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One column of the table. `state` is "certain", "proposed", "profile" or ""."""

    source: str
    target: str
    state: str
    reason: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entered:
    """The form as it was sent, or is first shown. Names of template columns are fields."""

    columns: Mapping[str, str] = field(default_factory=dict)
    fill: Mapping[str, str] = field(default_factory=dict)
    #: Field → source's wording → the code list's.
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    down: frozenset[str] = frozenset()
    dates: str = "ymd"
    name: str = ""
    replace: bool = False


def lines(drafted: Drafted, profile: Profile | None) -> list[Line]:
    """Return the columns of a table, with what they are: by profile, by name, or as proposed."""
    known = profile.columns if profile else {}
    settled = set(known.values())
    found = []
    for source, target in drafted.profile.columns.items():
        reason, samples = drafted.reasons.get(source, ""), drafted.samples.get(source, ())
        if source in known:
            found.append(Line(source, known[source], "profile", "", samples))
        elif target and ("=" in target or target not in settled):
            state = "proposed" if reason else "certain"
            found.append(Line(source, target, state, reason, samples))
        else:
            found.append(Line(source, "", "", "", samples))
    return found


def ticks(sheet: Sheet, line: Line) -> list[tuple[str, str]]:
    """Return what a tick in a column of ticks may stand for, as (target, words); else nothing."""
    field_name, is_tick, _ = line.target.partition("=")
    if not is_tick and not (line.samples and all(map(is_ticked, line.samples))):
        return []
    own = line.source.rpartition("/")[2]
    found = {line.target: title_of(sheet, line.target)} if is_tick else {}
    for column in sheet.columns:
        if column.field == field_name if is_tick else (column.required or column.child):
            texts = [code.zh for code in column.codes] if column.codes else []
            if column.parse is cells.labels:
                texts = [own]
            found |= {f"{column.field}={text}": f"{column.title}={text}" for text in texts}
    return [(target, f"打勾代表 {words}") for target, words in found.items()]


def at_first(drafted: Drafted, profile: Profile | None, name: str) -> Entered:
    """Return the form as it is first shown: everything proposed is chosen, nothing is saved."""
    chosen = {line.source: line.target for line in lines(drafted, profile)}
    if profile is None:
        proposed = drafted.profile
        return Entered(chosen, proposed.fill, proposed.values, dates=proposed.dates, name=name)
    return Entered(
        chosen, profile.fill, profile.values, frozenset(profile.fill_down), profile.dates, name
    )


def entered(
    form: Mapping[str, str], given: list[Line], sheet: Sheet, before: Profile | None
) -> Entered:
    """Read the form that was made for these columns; `before` is the profile they were read by.

    Wordings that the profile knows and this table does not use stay as they are.
    """
    fields = {column.field for column in sheet.columns}
    fill = {name: form.get(f"fill-{name}", "").strip() for name in fields}
    for n in range(EXTRA):
        fill[form.get(f"extra-{n}", "")] = form.get(f"extra-text-{n}", "").strip()
    values = {name: dict(words) for name, words in (before.values if before else {}).items()}
    for n in range(sum(1 for name in form if name.startswith("word-field-"))):
        words = values.setdefault(form[f"word-field-{n}"], {})
        words[form.get(f"word-from-{n}", "")] = form.get(f"word-to-{n}", "").strip()
    columns = {line.source: form.get(f"column-{n}", "") for n, line in enumerate(given)}
    return Entered(
        columns={
            name: target if target.partition("=")[0] in fields else ""
            for name, target in columns.items()
        },
        fill={name: text for name, text in fill.items() if text and name in fields},
        values={name: _filled(words) for name, words in values.items() if name in fields},
        down=frozenset(line.source for n, line in enumerate(given) if f"down-{n}" in form),
        dates=form["dates"] if form.get("dates") in dict(ORDERS) else "ymd",
        name=form.get("name", "").strip(),
        replace="replace" in form,
    )


def _filled(words: Mapping[str, str]) -> dict[str, str]:
    return {source: target for source, target in words.items() if source and target}


def missing(sheet: Sheet, said: Entered, given: Mapping[str, str]) -> list[Column]:
    """Return the mandatory columns that are neither in the table nor given for all of it."""
    there = {*(target.partition("=")[0] for target in said.columns.values()), *given}
    return [
        column
        for column in sheet.columns
        if column.required and column.field not in there and not (column.child and sheet.childless)
    ]


def faults(
    sheet: Sheet, said: Entered, given: list[Line], constants: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the form, as (field of the form, what)."""
    first: dict[str, str] = {}
    for n, line in enumerate(given):
        target = said.columns.get(line.source, "")
        if (
            target
            and "=" not in target
            and (other := first.setdefault(target, line.source)) != line.source
        ):
            title = sheet.column(target).title
            yield f"column-{n}", f"“{other}”和“{line.source}”都对应“{title}”；只能有一列"
    for column in missing(sheet, said, constants):
        if not said.fill.get(column.field):
            yield (
                f"fill-{column.field}",
                f"“{column.title}”必填：请在上面选定一列，或在这里填写内容",
            )
    known = {fold(line.source) for line in given}
    for name, text in said.fill.items():
        for part in PLACEHOLDER.findall(text):
            if part.strip() not in (RUNNING, SECTION) and fold(part) not in known:
                yield f"fill-{name}", f"“{{{part}}}”不是来源表的列名"
    if not said.name:
        yield "name", "请给方案起个名称"


def profile_of(sheet: Sheet, said: Entered, drafted: Drafted, before: Profile | None) -> Profile:
    """Return what was said as a profile; wordings of columns no longer read are left out."""
    targets = {target.partition("=")[0] for target in said.columns.values()}
    fill = {name: text for name, text in said.fill.items() if name not in targets}
    return replace(
        before or drafted.profile,
        kind=sheet.kind,
        columns=said.columns,
        fill=fill,
        values={name: words for name, words in said.values.items() if words and name in targets},
        dates=said.dates,
        fill_down=tuple(each for each in said.columns if each in said.down),
        sheet=drafted.profile.sheet,
        header_row=drafted.profile.header_row,
    )


def words_to_map(found: list[Wording], said: Entered) -> list[tuple[Wording, str]]:
    """Return the wordings to be mapped, with what is chosen for each."""
    return [(each, said.values.get(each.column.field, {}).get(each.text, "")) for each in found]


def name_for(file_name: str) -> str:
    """Propose a name for the profile of a file."""
    return _NOT_IN_NAMES.sub("", Path(file_name).stem).lstrip("-")[:40]
