"""What was said of a draw stays said in the log; its record leaves out what names somebody hidden since (随后隐去)."""

from dataclasses import replace

import msgspec

from portal.airlock.around import Passage
from portal.airlock.detectors import kinds
from portal.airlock.known import KnownSecrets
from portal.airlock.masks import WITHHELD_NAME
from portal.airlock.residue import look
from portal.internal.desk.drawing.keeping import Drawing
from portal.register import packages
from portal.register.packages import Package
from portal.register.records import PublicDraw

_KNOWN = (kinds.KNOWN, kinds.KNOWN_SHORT)
#: What somebody wrote, in the order of a draw or when it was void.
_WRITTEN = ("name", "place", "plan", "supervised_by", "strata", "seeds", "present", "void_by")
#: The number of a draw: it stands in the log in clear, and names nobody.
_SAID = {"replaced_by"}


def quiet(record: PublicDraw, shown: PublicDraw | None, known: KnownSecrets | None) -> PublicDraw:
    """Return the record without what tells of somebody hidden.

    Where it was held is no part of what is committed to, and goes at any time; all else only once something of the draw
    is public, as `shown`: before, the order has to be mended.
    """
    told = {
        find.path.partition("[")[0]
        for find in look(record, Passage(known=known))
        if find.kind in _KNOWN
    }
    may_go = {"place"} if shown is None else told - _SAID
    return msgspec.structs.replace(record, **{name: _left(record, name) for name in told & may_go})


def quieted(
    drawing: Drawing,
    record: PublicDraw,
    shown: PublicDraw | None,
    known: KnownSecrets | None,
    waiting: KnownSecrets | None = None,
) -> PublicDraw:
    """Return the record without what may not be said of the draw, as far as it may still be left out.

    `waiting`: what files that wait keep back as well. Where it was held may have been left out for one of them.
    """
    said = wholly(record) if drawing.progress.quiet else quiet(record, shown, known)
    return said if shown is None or shown.place else quiet(said, None, waiting)


def doctored(drawing: Drawing, shown: PublicDraw, known: KnownSecrets | None) -> PublicDraw:
    """Return what the public reads of a draw that is void and whose row nobody can trust: what it read, and that it is void."""
    end = drawing.progress
    record = msgspec.structs.replace(
        shown, stage="void", void_reason=end.void_reason, void_by=end.void_by, voided_on=end.voided_on,
        replaced_by=end.replaced_by,
    )  # fmt: skip
    return quieted(drawing, record, shown, known)


def wholly(record: PublicDraw) -> PublicDraw:
    """Return the record without any words of ours: what is in the log in clear stays, so does what became of it."""
    return msgspec.structs.replace(record, **{name: _left(record, name) for name in _WRITTEN})


def _left(record: PublicDraw, name: str) -> str | tuple[()] | None:
    """Return what stands in the place of a field that is left out."""
    if name == "name":
        return WITHHELD_NAME
    return () if isinstance(getattr(record, name), tuple) else None


def without_text(record: PublicDraw, package: Package | None) -> tuple[PublicDraw, Package | None]:
    """Return a record without its package, and the list alone, as before the reveal: proofs of who was in the drum stay."""
    record = msgspec.structs.replace(record, package_sha256=None, package_bytes=None)
    if package is None:
        return record, None
    listed = [
        each if each.state == "excluded" else replace(each, state="listed")
        for each in package.members
    ]
    return record, packages.Package(b"", listed, package.leaves)
