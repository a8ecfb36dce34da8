"""Draws and their lists on their way out: when, and counting whom."""

from decimal import Decimal

from portal.airlock.around import Around
from portal.airlock.rules import party_class
from portal.domain.draws import Draw, list_digest
from portal.domain.grounds import Disclosure
from portal.register import records as r
from portal.register.records import Kind


def project_draw(draw: Draw, around: Around) -> list[r.Record]:
    """The list goes out the day after its embargo; withheld parties count in no figure."""
    ids = around.ids
    mine = ids.of(Kind.DRAW, draw.key)
    shown = [
        entry
        for entry in draw.entries
        if entry.entity_key not in around.withdrawn
        and party_class(around.parties[entry.entity_key])
        not in (Disclosure.WITHHELD, Disclosure.NEVER)
    ]
    hidden_count = len(draw.entries) - len(shown)
    listed = draw.is_listed(around.today)
    entity_ids = [ids.of(Kind.ENTITY, entry.entity_key) for entry in shown]
    nonce = around.nonces.get(draw.key)
    public = r.PublicDraw(
        id=mine,
        agency_id=ids.of(Kind.AGENCY, draw.agency_code),
        name=draw.name,
        round_no=draw.round_no,
        drawn_on=draw.drawn_on,
        method=draw.method,
        task_id=ids.task(draw.agency_code, draw.task_code) if draw.task_code else None,
        place=draw.place,
        frame_count=_less(draw.frame_count, hidden_count),
        sample_count=_less(draw.sample_count, hidden_count),
        ratio=_share(draw, hidden_count),
        ratio_text=draw.ratio.text if draw.ratio and not _is_counted(draw) else None,
        inspector_count=draw.inspector_count,
        team_count=draw.team_count,
        supervised_by=draw.supervised_by,
        embargo_until=draw.embargo_until,
        list_digest=list_digest(nonce, entity_ids) if nonce and entity_ids else None,
        list_nonce=nonce if nonce and entity_ids and listed else None,
        remark=draw.remark,
    )
    if not listed:
        return [public]
    entries = [
        r.PublicDrawEntry(
            id=ids.of(Kind.DRAW_ENTRY, f"{draw.key}/{entry.entity_key}"),
            draw_id=mine,
            entity_id=entity_id,
            drawn_on=draw.drawn_on,
            unit=entry.unit,
        )
        for entry, entity_id in zip(shown, entity_ids, strict=True)
    ]
    return [public, *entries]


def _is_counted(draw: Draw) -> bool:
    return bool(draw.frame_count and draw.sample_count is not None)


def _share(draw: Draw, hidden_count: int) -> Decimal | None:
    """Return the share that the public counts give.

    The stated one beside them would betray how many are left out.
    """
    frame, sample = _less(draw.frame_count, hidden_count), _less(draw.sample_count, hidden_count)
    if frame and sample is not None:
        return (Decimal(sample) / frame).quantize(Decimal("0.001")).normalize()
    return draw.ratio.value if draw.ratio else None


def _less(stated: int | None, hidden_count: int) -> int | None:
    return None if stated is None else stated - hidden_count
