"""What two signed heads of one log may differ in, and what not (检查点之间).

Whatever changes what a head says adds an entry in the same transaction. So two heads over the same entries say the
same in every line, but for three things: an office that was upgraded says more than it did, in a line of a new name,
one that was restored from a backup to just there counts a restoration more, and one that handed over names another key.
Anything else is a second history under the same key.
"""

from sqlalchemy.orm import Session

from portal.register.proofs import restorations
from portal.register.proofs.note import Checkpoint, named, split
from portal.register.tables.log import CheckpointRow

#: The line that may say more each time, never less.
_RESTORED = "mingcha/restored/1"
#: The line that names another key after each handing over, which is held elsewhere (`register.proofs.succession`).
_KEY = "mingcha/key/1"
#: Origin, size, root: before the lines that have names.
_NAMELESS = 3


def contradicts(earlier: str, later: str) -> bool:
    """Whether two notes over equally many entries, the one seen before the other, cannot be of one history."""
    before, after = _parts(earlier), _parts(later)
    if before[:_NAMELESS] != after[:_NAMELESS]:
        return True
    said = named(after[_NAMELESS])
    for name, value in named(before[_NAMELESS]).items():
        now = said.get(name)
        if now is None:
            return True
        if name == _RESTORED:
            if now != value and _count(now) <= _count(value):
                return True
        elif name != _KEY and now != value:
            return True
    return False


def were_two(one: str, other: str, newest: str) -> bool:
    """Whether two notes over equally many entries cannot be of one history, whichever came first; `newest` is its last head.

    A backup brings back the head that was signed before the restoration that another one states; or before an upgrade or a
    handing over that the other one knows of, where a restoration is stated since.
    """
    first, second = sorted((one, other), key=_restored)
    came_back = _restored(second) == _restored(first) < _restored(newest)
    return contradicts(first, second) and not (came_back and not contradicts(second, first))


def is_of(session: Session, head: Checkpoint) -> bool:
    """Whether the restorations that a head states are the first of those that the register states."""
    stated = head.restored
    return stated is None or stated == restorations.digest(session, first=_count(stated))


def goes_on(session: Session, kept: str, newest: str) -> bool:
    """Whether a register whose newest head is `newest` still has a head that was kept elsewhere.

    The register as it was before a restoration may be given that head, but its newest one knows of no restoration.
    """
    row = session.get(CheckpointRow, Checkpoint.of(kept).size)
    return (
        row is not None and not contradicts(kept, row.note) and _restored(newest) >= _restored(kept)
    )


def _restored(note: str) -> int:
    stated = Checkpoint.of(note).restored
    return _count(stated) if stated else 0


def _parts(note: str) -> list[str]:
    return split(note)[0].split("\n", _NAMELESS)


def _count(restored: str) -> int:
    return int(restored.split(" ", maxsplit=1)[0])
