"""The table of datasets: everything the world can ask for, in the order of the contract."""

from portal.register.columns.documents import DOCUMENTS, NOTICES
from portal.register.columns.draws import DRAW_ENTRIES, DRAWS
from portal.register.columns.model import Dataset
from portal.register.columns.parties import AGENCIES, ENTITIES
from portal.register.columns.plans import ITEMS, PLANS, TASKS
from portal.register.columns.replies import REPLIES
from portal.register.columns.results import FINDINGS, FOLLOWUPS, RESULTS
from portal.register.records import Kind

DATASETS: dict[str, Dataset] = {
    each.word: each
    for each in (
        AGENCIES, ITEMS, PLANS, TASKS, DRAWS, DRAW_ENTRIES, ENTITIES, RESULTS, FINDINGS, FOLLOWUPS,
        REPLIES, DOCUMENTS, NOTICES,
    )
}  # fmt: skip

#: The dataset whose rows are the records of a kind.
OF_KIND: dict[Kind, Dataset] = {
    each.kind: each for each in DATASETS.values() if each.inside is None
}
