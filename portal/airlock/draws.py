"""Draws and their lists on their way out: when, and counting whom."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from decimal import Decimal

from portal.airlock.around import Around
from portal.airlock.cuts import Cut, markers
from portal.airlock.rules import HIDDEN, party_class
from portal.domain.draws import Draw, DrawEntry, list_digest
from portal.domain.errors import NotYetPublic
from portal.domain.parties import Entity
from portal.domain.verdicts import UNTOUCHED
from portal.register import records as r
from portal.register.records import Kind

#: Figures of a draw that whoever is on its list is counted in.
_FIGURES = ("frame_count", "sample_count", "ratio")


def project_draw(draw: Draw, cut: Cut, around: Around) -> list[r.Record]:
    """The list goes out the day after its embargo; withheld parties count in no figure."""
    ids = around.ids
    mine = ids.of(Kind.DRAW, draw.key)
    shown = shown_entries(draw, around)
    less = _hidden_in(draw, shown, around)
    listed = draw.is_listed(around.today)
    entity_ids = [ids.of(Kind.ENTITY, entry.entity_key) for entry in shown]
    own = around.nonces.get(draw.key)
    nonce = _nonce_of(own, entity_ids) if own else None
    public = r.PublicDraw(
        id=mine,
        agency_id=ids.of(Kind.AGENCY, cut("agency_code", draw.agency_code)),
        name=cut("name", draw.name),
        round_no=cut("round_no", draw.round_no),
        drawn_on=cut("drawn_on", draw.drawn_on),
        method=cut("method", draw.method),
        task_id=ids.task(draw.agency_code, cut("task_code", draw.task_code))
        if draw.task_code
        else None,
        place=cut("place", draw.place),
        frame_count=_less(cut("frame_count", draw.frame_count), less["frame_count"]),
        sample_count=_less(cut("sample_count", draw.sample_count), less["sample_count"]),
        ratio=_share(draw, less) if cut.is_exact("ratio") else None,
        ratio_text=cut("ratio", draw.ratio).text
        if draw.ratio and not _is_counted(draw) and not less["ratio"]
        else None,
        inspector_count=cut("inspector_count", draw.inspector_count),
        team_count=cut("team_count", draw.team_count),
        supervised_by=cut("supervised_by", draw.supervised_by),
        embargo_until=cut("embargo_until", draw.embargo_until),
        list_digest=list_digest(nonce, entity_ids) if nonce and entity_ids else None,
        list_nonce=nonce if nonce and entity_ids and listed else None,
        remark=cut("remark", draw.remark),
        withheld=markers(around.verdict(Kind.DRAW, draw)),
    )
    if not listed:
        return [public]
    if any(entry.entity_key not in around.parties for entry in shown):
        raise NotYetPublic(
            f"抽取 {draw.code} 的名单中有检查对象所在的批次已退回；请重新导入检查对象"
        )
    entries = [
        _entry(draw, entry, entity_id, around)
        for entry, entity_id in zip(cut("entries", tuple(shown)), entity_ids, strict=True)
    ]
    #: The order of the file may be that of names, or of numbers.
    return [public, *sorted(entries, key=lambda each: each.id)]


def shown_entries(draw: Draw, around: Around) -> list[DrawEntry]:
    """Return the entries of the list whose parties may be named."""
    return [
        entry
        for entry in draw.entries
        if entry.entity_key not in around.withdrawn
        and _is_shown(around.party(entry.entity_key), around)
    ]


def is_sealed_as_before(draw: Draw, around: Around) -> bool:
    """Whether a list under embargo says what the one that was released last does.

    Then its figures and digest stay as they are until it is out: by moving with somebody who is hidden, or opened up,
    meanwhile they would say that this one stands in it.
    """
    last = around.drawn_before.get(draw.key, ())[-1:]
    mine = _said_of_list(draw, around)
    return not draw.is_listed(around.today) and any(
        _said_of_list(each, around) == mine for each in last
    )


def _said_of_list(draw: Draw, around: Around) -> tuple[object, ...]:
    shown = shown_entries(draw, around)
    less = _hidden_in(draw, shown, around)
    counts = [_less(getattr(draw, name), less[name]) for name in ("frame_count", "sample_count")]
    return _keys(shown), *counts, None if less["ratio"] else draw.ratio


def _nonce_of(nonce: str, entity_ids: list[str]) -> str:
    """Return a nonce for this very list.

    An earlier digest may have covered somebody who is hidden since: a nonce that opens this digest
    must not let that one be tried with every name that is missing here.
    """
    text = "\n".join(sorted(entity_ids))
    return hmac.new(nonce.encode(), text.encode(), hashlib.sha256).hexdigest()


def _entry(draw: Draw, entry: DrawEntry, entity_id: str, around: Around) -> r.PublicDrawEntry:
    ids = around.ids
    cut = Cut("draw_entry", around.parties[entry.entity_key].form, UNTOUCHED)
    return r.PublicDrawEntry(
        id=ids.of(Kind.DRAW_ENTRY, f"{draw.key}/{cut('entity_key', entry.entity_key)}"),
        draw_id=ids.of(Kind.DRAW, draw.key),
        entity_id=entity_id,
        drawn_on=draw.drawn_on,
        unit=cut("unit", entry.unit),
    )


def _is_shown(party: Entity | None, around: Around) -> bool:
    return (
        party is not None and party_class(party, around.verdict(Kind.ENTITY, party)) not in HIDDEN
    )


def _is_counted(draw: Draw) -> bool:
    return bool(draw.frame_count and draw.sample_count is not None)


def _hidden_in(draw: Draw, shown: Sequence[DrawEntry], around: Around) -> dict[str, int]:
    """Return how many parties that are not shown each stated figure counts.

    Where the same figure was stated before, with a list that shows the same, it counts as many as then: who comes to the list,
    or leaves it, out of sight would be told by a figure that changes alone.
    """
    filed = ((each, shown_entries(each, around)) for each in around.drawn_before.get(draw.key, ()))
    alike = [
        (each, len(each.entries) - len(those))
        for each, those in filed
        if _keys(those) == _keys(shown)
    ]
    alike.append((draw, len(draw.entries) - len(shown)))
    return {
        name: next(count for each, count in alike if getattr(each, name) == getattr(draw, name))
        for name in _FIGURES
    }


def _keys(entries: Sequence[DrawEntry]) -> set[str]:
    return {entry.entity_key for entry in entries}


def _share(draw: Draw, less: Mapping[str, int]) -> Decimal | None:
    """Return the share that the public counts give.

    The stated one beside them, or beside a list that leaves somebody out, would betray how many are left out.
    """
    frame = _less(draw.frame_count, less["frame_count"])
    sample = _less(draw.sample_count, less["sample_count"])
    if frame and sample is not None:
        return (Decimal(sample) / frame).quantize(Decimal("0.001")).normalize()
    return draw.ratio.value if draw.ratio and not less["ratio"] else None


def _less(stated: int | None, hidden_count: int) -> int | None:
    return None if stated is None else stated - hidden_count
