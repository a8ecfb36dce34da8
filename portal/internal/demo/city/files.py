"""A visibly fictitious city, 示例市, as the files its offices would hand in, day by day.

Nothing here touches a database: the files go in by the road everyone takes. The same seed
gives the same bytes. Private texts hold 金丝雀, private codes begin with JSQ-, and whatever a
decision keeps back holds 白鹇, so that a leak can be searched for.
"""

from pathlib import Path

from portal.internal.demo.city import papers
from portal.internal.demo.city.check_rows import check_batches, inspector_batches
from portal.internal.demo.city.checks import checks
from portal.internal.demo.city.draws import draw_batches, draws
from portal.internal.demo.city.items import checklists, item_batches
from portal.internal.demo.city.library import party_batches
from portal.internal.demo.city.parties import parties
from portal.internal.demo.city.places import (
    COUNTY_MARKET,
    INSPECTING,
    OFFICE,
    Batch,
    Step,
    agency_rows,
)
from portal.internal.demo.city.plans import plan_batches, tasks
from portal.internal.demo.city.secrets import withhold
from portal.internal.demo.city.steps import step_batches, steps
from portal.internal.demo.city.tasks import FIRST_DAY
from portal.internal.demo.city.write import write_table
from portal.internal.sheets.catalogue import SHEETS

__all__ = ["Step", "write_city"]

_KINDS = list(SHEETS)
_BODIES = [OFFICE, *INSPECTING]


def write_city(folder: Path, *, seed: int = 20180630) -> list[Step]:
    """Write every file of the city into `folder` and return the steps in order of their days."""
    folder.mkdir(parents=True, exist_ok=True)
    batches = sorted(
        _batches(seed),
        key=lambda each: (each.on, _KINDS.index(each.kind), _BODIES.index(each.agency)),
    )
    return [_write(folder, number, batch) for number, batch in enumerate(batches, 1)]


def _batches(seed: int) -> list[Batch]:
    items = checklists()
    found = parties(seed)
    plans = tasks(items)
    drawn = draws(seed, plans, found)
    done = checks(seed, drawn)
    withhold(seed, done)
    taken = steps(seed, done)
    return [
        Batch(FIRST_DAY, "agencies", OFFICE, agency_rows()),
        *item_batches(items),
        *party_batches(seed, found),
        *inspector_batches(seed),
        *plan_batches(plans, found),
        *draw_batches(seed, drawn),
        *check_batches(seed, done),
        *step_batches(seed, taken),
        *papers.paper_batches(plans, drawn, done, taken),
    ]


def _write(folder: Path, number: int, batch: Batch) -> Step:
    short = batch.agency.lower() if batch.agency == COUNTY_MARKET else batch.agency[7:].lower()
    ending = "md" if batch.kind == "documents" else "xlsx" if batch.workbook else "csv"
    path = folder / f"{number:03d}-{batch.on}-{batch.kind}-{short}.{ending}"
    if batch.kind == "documents":
        path.write_text(batch.text, "utf-8")
    else:
        write_table(path, batch.kind, batch.rows)
    return Step(batch.on, batch.kind, batch.agency, path)
