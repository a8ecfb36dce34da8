"""Mapping profiles as the office keeps them: one editable file for each agency, template and name (映射方案)."""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from portal.domain.errors import PortalError, UnknownRecord
from portal.domain.parties import Agency
from portal.domain.workflow import Role
from portal.internal.desk import people
from portal.internal.desk.stores import Stores
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.sheets.mapping import BadProfile, Profile, read_profile
from portal.internal.sheets.names import Name, fold, known_names, named
from portal.internal.sheets.spec import Sheet
from portal.internal.tables import filings, ledger
from portal.kit.db import write_lock

_NAME = re.compile(r"[\w\u4e00-\u9fff][\w\u4e00-\u9fff.-]{0,59}")
_SUFFIX = ".toml"
#: No profile anybody writes is longer.
_LONGEST = 200_000


class MappingRefused(PortalError):
    """A profile cannot be used or kept; the message says why."""

    code = "mapping_refused"


@dataclass(frozen=True, slots=True)
class Kept:
    """One profile as it is kept."""

    agency: str
    kind: str
    name: str
    text: str

    @property
    def sha256(self) -> str:
        """Digest of the text, so that a batch can say what it was read by."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def profile(self) -> Profile:
        """Read it.

        Raises:
            MappingRefused: somebody edited it into something that is no profile.

        """
        try:
            return read_profile(self.text, SHEETS[self.kind])
        except BadProfile as error:
            raise MappingRefused(f"映射方案“{self.name}”：{error}") from None


def kept(stores: Stores, agency: str, kind: str | None = None) -> Iterator[Kept]:
    """Yield the profiles of one agency, by template and name."""
    for each in SHEETS if kind is None else (kind,):
        folder = _folder(stores, agency, each)
        for path in sorted(folder.glob(f"*{_SUFFIX}")):
            yield Kept(agency, each, path.stem, path.read_text("utf-8"))


def find(stores: Stores, agency: str, kind: str, name: str) -> Kept:
    """Return one profile.

    Raises:
        UnknownRecord: there is none of this name; the message names those there are.

    """
    path = _path(stores, agency, kind, name)
    if not path.exists():
        names = "、".join(each.name for each in kept(stores, agency, kind)) or "尚无"
        raise UnknownRecord(f"没有名为“{name}”的映射方案（现有：{names}）")
    return Kept(agency, kind, name, path.read_text("utf-8"))


def save(stores: Stores, profile: Kept, *, by: str, now: datetime) -> Path:
    """Keep a profile that a clerk confirms, in place of one of the same name.

    Raises:
        MappingRefused: the text is no profile of the template.
        NotAllowed: the person is no clerk of the agency.

    """
    if len(profile.text) > _LONGEST:
        raise MappingRefused("映射方案过长")
    profile.profile()
    path = _path(stores, profile.agency, profile.kind, profile.name)
    with write_lock(stores.internal) as session:
        people.require(session, by, Role.CLERK, profile.agency)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        half = path.with_suffix(f".{os.getpid()}.part")
        half.write_text(profile.text, "utf-8")
        half.replace(path)
        detail = f"{profile.kind}/{profile.name} {profile.sha256}"
        ledger.note(session, at=now, person=by, action="mapping", batch_id=None, detail=detail)
    return path


def drop(stores: Stores, agency: str, kind: str, name: str, *, by: str, now: datetime) -> None:
    """Drop a profile.

    Raises:
        UnknownRecord: there is none of this name.
        NotAllowed: the person is no clerk of the agency.

    """
    profile = find(stores, agency, kind, name)
    with write_lock(stores.internal) as session:
        people.require(session, by, Role.CLERK, agency)
        detail = f"{kind}/{name} {profile.sha256}"
        ledger.note(session, at=now, person=by, action="mapping-drop", batch_id=None, detail=detail)
        _path(stores, agency, kind, name).unlink()


def require_agency(stores: Stores, agency: str) -> None:
    """Refuse a code that no agency has: a typing error would look like an empty list.

    Raises:
        UnknownRecord: there is no such agency.

    """
    with Session(stores.internal) as session:
        if agency not in filings.find(session, Agency, [agency]):
            raise UnknownRecord(f"没有代码为 {agency} 的机关")


def chooser(
    stores: Stores, agency: str, kind: str, wanted: str | None, used: list[Kept]
) -> Callable[[Sequence[str]], Profile | None]:
    """Return what picks the profile for a table; the one picked is put into `used`.

    The one the clerk names; else the one confirmed for just these columns. Two that fit are for
    the clerk to tell apart.

    Raises:
        UnknownRecord: there is no profile of the name wanted.

    """
    named_one = find(stores, agency, kind, wanted) if wanted else None

    def choose(columns: Sequence[str]) -> Profile | None:
        if named_one is not None:
            used[:] = [named_one]
            return named_one.profile()
        if not columns:
            return None
        fitting = [
            each for each in kept(stores, agency, kind)
            if _fits(each.profile(), columns, SHEETS[kind])
        ]  # fmt: skip
        if len(fitting) > 1:
            names = "、".join(each.name for each in fitting)
            raise MappingRefused(f"有几个映射方案都适用（{names}）；请指明用哪一个")
        used[:] = fitting
        return fitting[0].profile() if fitting else None

    return choose


def _fits(profile: Profile, columns: Sequence[str], sheet: Sheet) -> bool:
    """Whether a profile was confirmed for a table with these columns, no more and no fewer.

    Columns that are called as in the template may come and go.
    """
    known = known_names(sheet)
    there = {column for column in columns if column}
    plain = {column for column in there if named(Name(column, (fold(column),)), known)}
    return set(profile.columns) <= there and there - plain <= set(profile.columns)


def _folder(stores: Stores, agency: str, kind: str) -> Path:
    return stores.mappings / re.sub(r"[^\w.-]", "_", agency).lstrip(".") / kind


def _path(stores: Stores, agency: str, kind: str, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise MappingRefused("方案名称用汉字、字母、数字、点或连字符，最多60字")
    return _folder(stores, agency, kind) / f"{name}{_SUFFIX}"
