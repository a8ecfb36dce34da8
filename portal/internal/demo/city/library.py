"""The library of parties of the fictitious city as its offices file it, in three rounds."""

import random
from collections.abc import Sequence

from portal.internal.demo.city.parties import RENEWED, SECOND_FILED, Party, named
from portal.internal.demo.city.places import (
    CANARY,
    MARKET,
    REGIONS,
    Batch,
    Row,
    dice,
    private_code,
    private_name,
)


def party_batches(seed: int, found: Sequence[Party]) -> list[Batch]:
    """Return the imports of the library: first files, newcomers with renames, renewed decisions."""
    rng = dice(seed, "party rows")
    rows = {id(party): _row(party, number, rng) for number, party in enumerate(found, 1)}
    batches = []
    for agency in dict.fromkeys([MARKET, *(p.filed_by for p in found)]):
        mine = [p for p in found if p.filed_by == agency and p.filed_on < SECOND_FILED]
        batches.append(
            Batch(
                mine[0].filed_on,
                "entities",
                agency,
                [rows[id(p)] for p in mine],
                workbook=agency == MARKET,
            )
        )
    second = [rows[id(p)] for p in found if p.filed_on == SECOND_FILED]
    second += [rows[id(p)] | _new_name(p) for p in found if p.renamed]
    renewed = [rows[id(p)] | p.renewed for p in found if p.renewed]
    batches.append(Batch(SECOND_FILED, "entities", MARKET, second))
    batches.append(Batch(RENEWED, "entities", MARKET, renewed))
    return batches


def _new_name(party: Party) -> Row:
    if party.renamed is None:
        return {}
    return {"entity_name": party.renamed[1], "former_names": "；".join((party.name, *party.former))}


def _row(party: Party, number: int, rng: random.Random) -> Row:
    return (
        named(party, party.filed_on)
        | {
            "form": party.form,
            "other_identifiers": "；".join(party.other_codes),
            "former_names": "；".join(party.former),
            "region": party.region,
            "industry": party.industry,
            "legal_person": private_name(number),
            "contact_phone": private_code(20_000 + number),
            "address": f"{REGIONS[party.region]}{CANARY}路{rng.randint(1, 400)}号{rng.randint(1, 9)}幢",
            "risk_class": f"{rng.choice('ABCD')}（{CANARY}）",
            "note": f"{CANARY}：{rng.choice(('近三年有投诉记录', '法人信用良好', '需核实实际经营地', '列入重点关注'))}",
        }
        | party.decision
    )
