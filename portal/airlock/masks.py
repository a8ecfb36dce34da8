"""How a value is masked. The mark has one length whatever was there."""

from collections.abc import Callable, Iterable

from portal.airlock.detectors.kinds import GRADES
from portal.airlock.detectors.scan import scan, scan_persons
from portal.airlock.known import KnownSecrets

#: Stands for a piece of personal data taken out of a running text.
REMOVED = "〔个人信息已隐去〕"
#: Stands for a name that is withheld as a whole.
WITHHELD_NAME = "〔名称依法不予公开〕"
_STARS = "＊＊＊"


def mask_person(name: str) -> str:
    """Keep the first character of a person's name.

    >>> mask_person("欧阳某")
    '欧＊＊＊'
    """
    return name[:1] + _STARS


def mask_trader(name: str) -> str:
    """Keep the first two and the last character of a sole trader's name: it may hold a person's.

    >>> mask_trader("示例市青禾小吃店")
    '示例＊＊＊店'
    """
    return name[:2] + _STARS + name[-1:]


def mask_text(text: str) -> str:
    """Return `text` with numbers and contact data replaced by REMOVED.

    Kinds that only a person can judge stay; `residue` tells them.
    """
    return _without(text, ((hit.start, hit.end) for hit in scan(text) if GRADES[hit.kind].masked))


def mask_finds(
    secrets: tuple[str, ...], known: KnownSecrets | None, *, personal: bool
) -> Callable[[str], str]:
    """Return what takes every find of every detector, and every known secret, out of a text.

    For a text that a person has decided to mask: there is nobody left to judge the finds.
    """

    def mask(text: str) -> str:
        spans = [(hit.start, hit.end) for hit in scan(text)]
        if personal:
            spans += [(hit.start, hit.end) for hit in scan_persons(text)]
        for each in (KnownSecrets(secrets), known):
            if each is not None:
                spans += [(told.start, told.end) for told in each.scan(text)]
        return _without(text, spans)

    return mask


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    pieces: list[str] = []
    done = 0
    for start, end in sorted(spans):
        if start >= done:
            pieces += [text[done:start], REMOVED]
        done = max(done, end)
    return "".join([*pieces, text[done:]])
