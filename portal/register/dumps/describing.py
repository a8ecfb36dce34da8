"""Describes the files of a dump to programs: Data Package (Frictionless) and CSVW, from the columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.kit.config import Settings
from portal.register.columns.datasets import DATASETS
from portal.register.columns.model import SEPARATOR, Cell, Dataset, Type
from portal.register.dumps.files import Written
from portal.register.queries.sync import Standing

_TABLE_TYPES = {
    Type.DATE: "date", Type.INTEGER: "integer", Type.NUMBER: "number", Type.BOOLEAN: "boolean",
}  # fmt: skip
#: Lists of these hold no separator inside a value.
_PLAIN = (Type.ID, Type.CODE)

RECORDS = "records.ndjson.gz"
DATABASE = "register.sqlite"
MANIFEST = "datapackage.json"
SIGNATURE = "datapackage.json.note"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a dump says of its publisher. `site_url` has no slash at its end."""

    site_url: str
    site_name: str
    license_url: str

    @classmethod
    def of(cls, settings: Settings) -> "Terms":
        """Take them from the settings."""
        return cls(settings.site_url, settings.site_name, settings.license_url)


def package(
    standing: Standing, at: datetime, expected: datetime, files: Sequence[Written], terms: Terms
) -> dict[str, Any]:
    """Return the manifest: a Data Package that readers of version 1 and of version 2 understand."""
    by_name = {file.name: file for file in files}
    return {
        "name": "mingcha",
        "id": f"{terms.site_url}/data/datapackage.json",
        "title": f"{terms.site_name}：双随机、一公开 全部已公开数据",
        "description": "Everything published at one moment. Foreign keys, code lists and meanings of "
        f"columns: {terms.site_url}/docs/sync",
        "homepage": f"{terms.site_url}/data/",
        "version": str(standing.serial),
        "created": at.isoformat(),
        "licenses": [{"name": _license_name(terms.license_url), "path": terms.license_url}],
        "contributors": [{"title": terms.site_name, "role": "publisher", "path": terms.site_url}],
        "keywords": ["双随机、一公开", "行政检查", "inspections", "open government"],
        "serial": standing.serial,
        "epoch": standing.epoch,
        "next_expected_at": expected.isoformat(),
        "kinds": {
            kind: {"count": each.count, "digest": each.digest}
            for kind, each in standing.kinds.items()
            if each.count
        },
        "salt": standing.salt or None,
        "checkpoint": standing.note,
        "resources": [
            *(_table(dataset, by_name) for dataset in DATASETS.values()),
            *(_plain(by_name[f"{word}.ndjson.gz"]) for word in DATASETS),
            _plain(by_name[RECORDS]),
            _plain(by_name[DATABASE]),
        ],
    }


def _license_name(url: str) -> str:
    known = {"https://creativecommons.org/licenses/by/4.0/": "CC-BY-4.0"}
    return known.get(url, "other-open")


def _table(dataset: Dataset, files: Mapping[str, Written]) -> dict[str, Any]:
    file = files[f"{dataset.word}.csv.gz"]
    return {
        "name": dataset.word,
        "title": f"{dataset.zh} {dataset.en}",
        "description": f"{dataset.about_zh} {dataset.about_en}",
        "profile": "tabular-data-resource",
        "type": "table",
        **_facts(file),
        "format": "csv",
        "mediatype": "text/csv",
        "compression": "gz",
        "encoding": "utf-8",
        "dialect": {
            "delimiter": ",",
            "lineTerminator": "\r\n",
            "quoteChar": '"',
            "doubleQuote": True,
        },
        "rows": file.rows,
        "schema": table_schema(dataset),
    }


def _plain(file: Written) -> dict[str, Any]:
    name, kind, mediatype = {
        "records": ("records", "ndjson", "application/x-ndjson"),
        "register": ("register", "sqlite", "application/vnd.sqlite3"),
    }.get(stem := file.name.split(".")[0], (f"{stem}-ndjson", "ndjson", "application/x-ndjson"))
    packed = {"compression": "gz"} if file.name.endswith(".gz") else {}
    rows = {} if file.rows is None else {"row_count": file.rows}
    return {
        "name": name, "profile": "data-resource", "type": "file", **_facts(file), "format": kind,
        "mediatype": mediatype, **packed, **rows,
    }  # fmt: skip


def _facts(file: Written) -> dict[str, Any]:
    return {"path": file.name, "bytes": file.size, "hash": f"sha256:{file.sha256}"}


def table_schema(dataset: Dataset) -> dict[str, Any]:
    """Return the Table Schema of a dataset's CSV."""
    own = {cell.key for cell in dataset.cells()}
    keys = [
        {"fields": [cell.key], "reference": {"resource": cell.column.refers, "fields": ["id"]}}
        for cell in dataset.cells()
        if cell.column.refers and not cell.many and _always_there(cell)
    ]
    return {
        "fields": [_field(cell) for cell in dataset.cells()],
        "missingValues": [""],
        **({"primaryKey": ["id"]} if "id" in own else {}),
        **({"foreignKeys": keys} if keys else {}),
    }


def _always_there(cell: Cell) -> bool:
    """Whether what the cell names is always public: the register refuses rows without these."""
    return cell.key in {"agency_id", "entity_id", "result_id", "draw_id", "plan_id"} and not (
        cell.column.nullable
    )


def _field(cell: Cell) -> dict[str, Any]:
    column = cell.column
    found: dict[str, Any] = {
        "name": cell.key,
        "type": "string" if cell.many else _TABLE_TYPES.get(column.holds, "string"),
        "title": f"{cell.title('zh')} {cell.title('en')}",
        "description": f"{column.about_zh} {column.about_en}",
    }
    if column.holds is Type.BOOLEAN and not cell.many:
        found |= {"trueValues": ["true"], "falseValues": ["false"]}
    limits: dict[str, Any] = {}
    if not column.nullable and not cell.many:
        limits["required"] = True
    if column.codes is not None and not cell.many:
        limits["enum"] = [each.value for each in column.codes]
    return found | ({"constraints": limits} if limits else {})


def csvw(dataset: Dataset, terms: Terms) -> dict[str, Any]:
    """Return the metadata of a dataset's CSV after "CSV on the Web"; its `url` is relative to itself."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "zh"}],
        "url": f"{dataset.word}.csv",
        "dc:title": {"@value": dataset.zh, "@language": "zh"},
        "dc:description": {"@value": dataset.about_zh, "@language": "zh"},
        "dc:license": {"@id": terms.license_url},
        "dc:publisher": terms.site_name,
        "dialect": {
            "delimiter": ",",
            "encoding": "utf-8",
            "header": True,
            "lineTerminators": ["\r\n"],
        },
        "tableSchema": {
            "columns": [_csvw_column(cell) for cell in dataset.cells()],
            "primaryKey": "id",
        },
    }


def _csvw_column(cell: Cell) -> dict[str, Any]:
    column = cell.column
    found: dict[str, Any] = {
        "name": cell.key,
        "titles": [cell.key],
        "dc:title": {"@value": cell.title("zh"), "@language": "zh"},
        "dc:description": {"@value": column.about_zh, "@language": "zh"},
        "datatype": "string" if cell.many else _TABLE_TYPES.get(column.holds, "string"),
    }
    if not column.nullable and not cell.many:
        found["required"] = True
    if cell.many and cell.inside is None and column.holds in _PLAIN:
        found["separator"] = SEPARATOR
    return found
