"""What a draw was before it was void, where that could not become public then: an entry of the log says one thing."""

from collections.abc import Iterator
from dataclasses import replace

from msgspec.structs import replace as with_fields

from portal.internal.desk.drawing.keeping import Drawing
from portal.register.records import PublicDraw


def before_void(drawing: Drawing, shown: PublicDraw | None) -> Iterator[tuple[str, Drawing]]:
    """Yield public stage and draw after each step before the void that is not public yet, as `shown`.

    Void it may be while nothing of it can be said, as when the register is not the one that was signed, or a text of it
    names somebody hidden. Said later as one with the void, a commit would leave the void out of the log for ever.
    """
    if drawing.progress.void_reason is None or (shown is not None and shown.void_reason):
        return
    was = with_fields(
        drawing.progress, void_reason=None, void_by=None, voided_on=None, replaced_by=None
    )
    if shown is None:
        yield "frozen", replace(drawing, progress=with_fields(was, seeded_on=None, sealed=None, swaps=[]))  # fmt: skip
    if was.sealed and (shown is None or shown.sealed is None):
        yield "sealed", replace(drawing, progress=with_fields(was, swaps=[]))
    for number in range(len(shown.replacements) if shown else 0, len(was.swaps)):
        yield "sealed", replace(drawing, progress=with_fields(was, swaps=was.swaps[: number + 1]))
