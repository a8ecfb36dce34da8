"""What a reader may mean who has typed a beginning, or has mistyped a whole; from public names and codes only."""

from collections.abc import Sequence

import numpy as np
from pyroaring import BitMap

from portal.register.search.analysis import BREAK, EDGE, compact, fold, fold_sound
from portal.register.search.index.asking import Asked, Patience
from portal.register.search.index.lexicon import union
from portal.register.search.index.newest import Part, newest
from portal.register.search.index.segment import IDENTIFIERS, SOUNDS, Segment
from portal.register.search.index.snapshot import Leaf, Snapshot
from portal.register.search.model import LEAST_BEGINNING, LEAST_SOUND, Hit, Tier
from portal.register.search.nearness import COMPARED, allowed, distance, slips

#: Pairs of characters in more names than this do not tell one name from another.
_TELLING = 20_000


def suggest(now: Snapshot, prefix: str, kinds: Sequence[str], limit: int) -> list[Hit]:
    """Return documents one of whose names or identifiers, or how a name sounds, begins with `prefix`."""
    return _hits([(leaf, _beginning(leaf.segment, prefix)) for leaf in now.leaves], kinds, limit)


def _hits(found: Sequence[Part], kinds: Sequence[str], limit: int) -> list[Hit]:
    parts: list[Part] = []
    for leaf, documents in found:
        kept = documents & leaf.alive
        if kinds:
            kept &= union([leaf.segment.having("kind", kind) for kind in kinds])
        if kept:
            parts.append((leaf, kept))
    return [_hit(leaf.segment, document) for leaf, document in newest(parts, 0, limit)]


def _hit(segment: Segment, document: int) -> Hit:
    public_id = segment.identifier(document).decode()
    return Hit(segment.kind(document), public_id, Tier.NAME_PREFIX)


def _beginning(segment: Segment, prefix: str) -> BitMap:
    folded, sound = fold(prefix).removesuffix(EDGE), fold_sound(prefix)
    plain = compact(folded)
    found = [segment.named(folded)] if folded else []
    if len(plain) >= LEAST_BEGINNING:
        found.append(segment.lexicon(IDENTIFIERS).beginning(plain))
    if len(sound) >= LEAST_SOUND and sound.isascii():
        found.append(segment.lexicon(SOUNDS).beginning(sound))
    return union(found)


def spelling(
    now: Snapshot, text: str, kinds: Sequence[str], limit: int, patience: Patience
) -> list[Hit]:
    """Return documents whose name or code is nearly `text`: few characters differ."""
    asked = Asked.read(text)
    if asked is None:
        return []
    ways = (_by_slip(now, asked, patience), _by_likeness(now, asked, patience))
    found = dict.fromkeys(hit for parts in ways for hit in _hits(parts, kinds, limit))
    return list(found)[:limit]


def _by_slip(now: Snapshot, asked: Asked, patience: Patience) -> list[Part]:
    """Codes with one wrong sign, or two neighbours exchanged."""
    found = []
    meant = slips(asked.plain)
    for leaf in now.leaves if meant else ():
        patience.check()
        codes = leaf.segment.lexicon(IDENTIFIERS)
        found.append((leaf, union([codes.find(each) for each in meant])))
    return found


def _by_likeness(now: Snapshot, asked: Asked, patience: Patience) -> list[Part]:
    most = allowed(asked.plain)
    if not most:
        return []
    found = []
    for leaf in now.leaves:
        patience.check()
        near = [d for d in _sharing(leaf, asked) if _nearest(leaf.segment, d, asked) <= most]
        found.append((leaf, BitMap(near)))
    return found


def _sharing(leaf: Leaf, asked: Asked) -> list[int]:
    """Return documents whose names share the most pairs of characters with what was asked."""
    grams = leaf.segment.grams("names")
    indexes = [i for pair, _ in asked.pairs if (i := grams.find(pair)) is not None]
    telling = (grams.documents(i) for i in indexes if grams.counts[i] <= _TELLING)
    lists = [np.frombuffer(each.to_array(), dtype=np.uint32) for each in telling]
    if not lists:
        return []
    documents, counts = np.unique(np.concatenate(lists), return_counts=True)
    best = np.argsort(counts, kind="stable")[-COMPARED:]
    found: list[int] = documents[best].tolist()
    return found


def _nearest(segment: Segment, document: int, asked: Asked) -> int:
    area = segment.text[segment.starts[document] : segment.name_ends[document]]
    names = area.tobytes().decode("utf-16-le").split(BREAK)
    return min(distance(asked.plain, compact(name)) for name in names)
