"""What a clerk hands in with the import form: a file or a pasted table, and how it is to be taken."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from werkzeug.datastructures import FileStorage

from portal.domain.parties import Agency
from portal.internal import access
from portal.internal.desk import mappings
from portal.internal.desk.mappings import Kept
from portal.internal.desk.staging import Staged
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.sheets.mapping import field_of
from portal.internal.tables import filings
from portal.internal.tables.people import EVERY_AGENCY, PersonRow
from portal.kit.db import db

#: Lines of the form for what is the same in the whole table.
ROWS = 4
_NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Handed:
    """The form as it was sent, or is to be shown again."""

    kind: str = ""
    agency: str = ""
    file: FileStorage | None = None
    pasted: str = ""
    mapping: str = ""
    sheet: str = ""
    #: Lines of 列 and 内容, as typed.
    lines: list[tuple[str, str]] = field(default_factory=list)
    #: Token of the file that this one replaces.
    instead: str = ""

    @property
    def given(self) -> dict[str, str]:
        """What is the same in the whole table: column and content."""
        return {name: text for name, text in self.lines if name and text}

    @property
    def file_name(self) -> str:
        """What people call the file."""
        if self.file is not None:
            #: A browser may send any sign; those that show nothing would break the header of a download.
            name = "".join(c for c in self.file.filename or "" if unicodedata.category(c)[0] != "C")
            return Path(name).name[:_NAME_LENGTH] or "未命名"
        return "粘贴的表格.html" if "<t" in self.pasted.lower() else "粘贴的表格.txt"

    @property
    def save(self) -> Callable[[Path], object]:
        """What writes the file to a path."""
        if self.file is not None:
            return self.file.save
        text = self.pasted.replace("\r\n", "\n")
        return lambda path: path.write_text(text, "utf-8")


def read(form: Mapping[str, str], file: FileStorage | None) -> Handed:
    """Read the form."""
    lines = [
        (form.get(f"given-name-{n}", "").strip(), form.get(f"given-text-{n}", "").strip())
        for n in range(sum(1 for name in form if name.startswith("given-name-")))
    ]
    return Handed(
        kind=form.get("kind", ""),
        agency=form.get("agency", "").strip(),
        file=file if file is not None and file.filename else None,
        pasted=form.get("pasted", ""),
        mapping=form.get("mapping", "").strip(),
        sheet=form.get("sheet", "").strip(),
        lines=[line for line in lines if any(line)],
        instead=form.get("instead", ""),
    )


def again(staged: Staged) -> Handed:
    """Return the form as it was for a file that waits."""
    return Handed(
        kind=staged.kind, agency=staged.agency, mapping=staged.mapping or "",
        sheet=staged.sheet or "", lines=list(staged.given.items()), instead=staged.token,
    )  # fmt: skip


def faults(handed: Handed, person: PersonRow) -> dict[str, str]:
    """Return what stops the form, by field."""
    found = {}
    if handed.kind not in SHEETS:
        found["kind"] = "请选择种类"
    if not handed.agency:
        found["agency"] = "请选择机关"
    elif not person.acts_for(handed.agency):
        found["agency"] = f"不能办理 {handed.agency} 的信息，请选择所在机关"
    if handed.file is None and not handed.pasted.strip():
        found["file"] = "请选择文件，或在下面粘贴表格"
    elif handed.file is not None and handed.pasted.strip():
        found["pasted"] = "已选择文件，又粘贴了表格；请只保留一种"
    return found | line_faults(handed)


def line_faults(handed: Handed) -> dict[str, str]:
    """Return what is wrong with the lines of columns and contents, by field."""
    found = {}
    for n, (name, text) in enumerate(handed.lines):
        if not text:
            found[f"given-text-{n}"] = f"请填写“{name}”的内容"
        elif not name:
            found[f"given-name-{n}"] = f"请写明“{text}”是哪一列的内容"
        elif handed.kind in SHEETS and field_of(SHEETS[handed.kind], name) is None:
            found[f"given-name-{n}"] = f"模板“{SHEETS[handed.kind].title}”没有列“{name}”"
    return found


def agencies(person: PersonRow) -> list[Agency]:
    """Return the agencies that the person acts for."""
    prefix = "" if person.agency == EVERY_AGENCY else person.agency
    found = filings.with_prefix(db.session(), Agency, prefix)
    return [agency for agency in found if person.acts_for(agency.code)]


def profiles(*agency_codes: str) -> list[Kept]:
    """Return the mapping profiles of these agencies."""
    return [each for code in agency_codes for each in mappings.kept(access.stores(), code)]


def choices(person: PersonRow, kind: str) -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen in the form: kinds, agencies, profiles of this kind."""
    own = agencies(person)
    by_name: dict[str, list[str]] = {}
    for each in profiles(*(agency.code for agency in own)):
        if each.kind == kind:
            by_name.setdefault(each.name, []).append(each.agency)
    return {
        "kinds": [(kind, sheet.title) for kind, sheet in SHEETS.items()],
        "agencies": [(agency.code, f"{agency.code} {agency.name}") for agency in own],
        "profiles": [(name, f"{name}（{'，'.join(where)}）") for name, where in by_name.items()],
    }
