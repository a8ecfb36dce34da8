"""The CSV text of a record, made once when it is published: an export then only strings lines together."""

import csv
import hashlib
import io
from functools import cache

from portal.register.columns.datasets import DATASETS, OF_KIND
from portal.register.columns.model import Dataset
from portal.register.columns.rows import Stored, reader
from portal.register.columns.shared import TAIL
from portal.register.records import Kind

#: Length of the mark that each line begins with.
MARK = 8


@cache
def mark(word: str) -> str:
    """Return what tells lines of a dataset's present columns from lines of an older release."""
    header = ",".join(cell.key for cell in DATASETS[word].cells())
    return hashlib.sha256(header.encode()).hexdigest()[:MARK]


def line(kind: Kind, body: str) -> str:
    """Return the mark and the CSV text of a record's own columns.

    Identifier and address before them, and what the register adds behind them, are not in it: they
    stand in columns of their own, or depend on where the site is.
    """
    dataset = OF_KIND[kind]
    read = reader(dataset.word, "")
    cells = read.cells(next(read.rows(Stored("", 0, 0, "", body))))
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells[lead(dataset) : -len(TAIL)])
    return mark(dataset.word) + buffer.getvalue().removesuffix("\r\n")


def lead(dataset: Dataset) -> int:
    """Return how many columns stand before a line: the identifier and, where there is one, the page."""
    return 1 if dataset.page is None else 2
