"""The OpenAPI 3.1 description, made from the datasets, their columns and their parameters."""

from datetime import date
from typing import Any

from portal.domain.codelists import CodeList
from portal.domain.items import ItemClass
from portal.domain.plans import Joint
from portal.domain.results import Outcome
from portal.kit import clock
from portal.kit.config import Settings
from portal.public.api.asking import LARGEST_PAGE, LIST_FORMATS, USUAL_PAGE
from portal.public.api.bodies import ERRORS, HEADERS, RESPONSES, SCHEMAS, component, enveloped
from portal.public.api.formats import FORMATS
from portal.public.api.shapes import row_schema
from portal.public.pages.figures import STATISTICS
from portal.public.params import IDENTIFIER
from portal.register.columns.datasets import DATASETS
from portal.register.columns.model import Dataset
from portal.register.search.finding import ORDERS
from portal.register.search.sources import SEARCHED
from portal.register.selecting.codelists import CODE_LISTS
from portal.register.selecting.listings import LISTINGS
from portal.register.selecting.model import Parameter, Reads

Json = dict[str, Any]

_READS: dict[Reads, Json] = {
    Reads.ID: {"type": "string", "pattern": "^[A-Za-z0-9_]{1,32}$"},
    Reads.DATE: {"type": "string", "format": "date", "pattern": "^(199[0-9]|20[0-9]{2})-[0-9]{2}-[0-9]{2}$"},
    Reads.YEAR: {"type": "integer", "minimum": 1990, "maximum": 2100},
    Reads.QUARTER: {"type": "string", "pattern": "^(199[0-9]|20[0-9]{2})Q[1-4]$"},
    Reads.REGION: {"type": "string", "pattern": "^[0-9]{6}$"},
    Reads.BOOLEAN: {"type": "string", "enum": ["true", "false"]},
    Reads.NUMBER: {"type": "integer", "minimum": 0, "maximum": 10000},
    Reads.IDENTIFIER: {"type": "string", "pattern": IDENTIFIER},
}  # fmt: skip


def description(settings: Settings) -> Json:
    """Return the whole description for the site at hand."""
    paths: Json = {"/": _get("listDatasets", "数据集目录 The datasets", [], _json("Index"))}
    schema = {"type": "string", "format": "date", "pattern": _until(clock.local_today())}
    for dataset in DATASETS.values():
        paths |= _paths(dataset, _AS_OF | {"schema": schema})
    paths |= _others()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{settings.site_name} 开放数据 Open data",
            "version": "1.0.0",
            "description": "只读，无需登录。v1 只增不改。Read-only, without a key. v1 changes only by addition.",
            "license": {"name": "Licence of the data", "url": settings.license_url},
            "contact": {"name": settings.site_name, "url": f"{settings.site_url}/docs/api"},
        },
        "servers": [{"url": f"{settings.site_url}/api/v1"}],
        "externalDocs": {"url": f"{settings.site_url}/docs/api"},
        "tags": [{"name": d.word, "description": f"{d.zh} {d.en}"} for d in DATASETS.values()]
        + [{"name": "more", "description": "其他 More"}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS
            | {component(d): row_schema(d) for d in DATASETS.values()}
            | {f"{component(d)}List": enveloped(d, many=True) for d in DATASETS.values()}
            | {f"{component(d)}One": enveloped(d, many=False) for d in DATASETS.values()},
            "responses": RESPONSES,
            "headers": HEADERS,
        },
    }


def _paths(dataset: Dataset, as_of: Json) -> Json:
    word, name = dataset.word, component(dataset)
    own = [_parameter(each) for each in LISTINGS[word].parameters]
    found: Json = {
        f"/{word}": _get(
            f"list{name}", f"{dataset.zh} {dataset.en}", [*own, as_of, *_PAGED], _json(f"{name}List"),
            word, about=f"{dataset.about_zh} {dataset.about_en} {_NEXT}",
        ),
        f"/{word}/{{id}}": _get(
            f"get{name}", f"一行 One row: {dataset.en}", [_ID], _json(f"{name}One"), word,
            gone=True,
        ),
    }  # fmt: skip
    links = {f"One{name}": _link(f"get{name}")}
    if dataset.inside is None:
        links[f"Versions{name}"] = _link(f"versions{name}")
    found[f"/{word}"]["get"]["responses"]["200"]["links"] = links
    for suffix in LIST_FORMATS:
        more = [_PROFILE] if suffix == "csv" else []
        if suffix == "json":
            continue
        found[f"/{word}.{suffix}"] = _get(
            f"export{name}{suffix.title()}", f"全部 All: {dataset.en} ({suffix})", [*own, as_of, *more],
            {FORMATS[suffix].media: {"schema": {"type": "string"} if suffix != "xlsx" else {}}}, word,
        )  # fmt: skip
    if dataset.inside is None:
        found[f"/{word}/{{id}}/versions"] = _get(
            f"versions{name}", f"历史版本 Versions: {dataset.en}", [_ID],
            {"application/json": {"schema": _ref(f"{name}List")}}, word, gone=True,
        )  # fmt: skip
    return found


def _others() -> Json:
    named = {
        "name": "list",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": list(CODE_LISTS)},
    }
    word = {
        "name": "dataset",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": list(DATASETS)},
    }
    numbers = {
        "name": "identifier", "in": "query", "required": True, "explode": True, "style": "form",
        "description": "标识代码，可重复，最多 50 个 Identifiers, repeated, up to 50",
        "schema": {"type": "array", "minItems": 1, "maxItems": 50, "items": _READS[Reads.IDENTIFIER]},
        "example": ["91990101MA0A00003Y"],
    }  # fmt: skip
    number = numbers | {
        "explode": False, "description": "标识代码 Identifier",
        "schema": {"type": "string", "pattern": IDENTIFIER}, "example": "91990101MA0A00003Y",
    }  # fmt: skip
    anything = {"application/json": {"schema": {"type": "object"}}}
    figures = {
        f"/statistics/{each.word}{suffix}": _get(
            f"{'export' if suffix else 'get'}{each.word.title()}", str(each.title),
            _statistic(each.takes, each.groups),
            {"text/csv": {"schema": {"type": "string"}}} if suffix else anything,
        )
        for each in STATISTICS.values()
        for suffix in ("", ".csv")
    }  # fmt: skip
    return figures | {
        "/statistics/": _get("listStatistics", "统计 The statistics", [], anything),
        "/search": _get("search", "检索 Search", [*_search_parameters(), *_SEARCH_PAGED], _json("Search")),
        "/lookup": _get("lookup", "按标识代码查检查对象 Find parties by number", [numbers], _json("Lookup")),
        "/draws/{id}/inclusion": _get(
            "getInclusion", "在抽取名单中的证明 Proof that a party was in the drum", [_ID, number], _json("Inclusion"), "draws",
            gone=True,
        ),
        "/codes/": _get("listCodes", "代码表目录 The code lists", [], _json("CodeLists")),
        "/codes/{list}": _get("getCodes", "代码表 One code list", [named], _json("CodeList"), gone=None),
        "/schemas/{dataset}": _get("getSchema", "一行的 JSON Schema of one row", [word], anything, gone=None),
        "/openapi.json": _get("getDescription", "本说明 This description", [], anything),
    }  # fmt: skip


def _search_parameters() -> list[Json]:
    """Return what a search may be narrowed to: the parameters of the page."""
    codes: dict[str, type[CodeList]] = {"class": ItemClass, "outcome": Outcome, "joint": Joint}
    plain: dict[str, Json] = {
        "kind": {"type": "string", "enum": list(SEARCHED)},
        "status": {"type": "string", "enum": ["open", "closed"]},
        "order": {"type": "string", "enum": list(ORDERS)},
        "region": _READS[Reads.REGION],
        "year": _READS[Reads.YEAR],
    }
    plain |= {
        name: {"type": "string", "enum": [each.value for each in found]}
        for name, found in codes.items()
    }
    plain |= dict.fromkeys(("agency", "item", "entity", "task"), _READS[Reads.ID])
    words = {"type": "string", "minLength": 1}
    return [
        {"name": "q", "in": "query", "schema": words, "example": "示例市", "description":
         '词语；"" 内为词组，- 排除，OR 任一 Words; "phrases", - to leave out, OR for either'},
        *({"name": name, "in": "query", "schema": schema} for name, schema in sorted(plain.items())),
    ]  # fmt: skip


def _statistic(takes: tuple[str, ...], groups: tuple[str, ...]) -> list[Json]:
    """Return the parameters of one statistic, described as those of the list of results are."""
    known = {each.name: each for each in LISTINGS["results"].parameters}
    #: A quarter must lie in the year, and an item goes with outcomes alone: told in words, not here.
    found = [_parameter(known[name]) for name in takes if name != "quarter"]
    words = "分组 Rows by agency, quarter, outcome or item"
    return [*found, {"name": "by", "in": "query", "description": words,
                     "schema": {"type": "string", "enum": list(groups)}}]  # fmt: skip


def _get(
    name: str, summary: str, parameters: list[Json], content: Json, tag: str = "more",
    *, about: str = "", gone: bool | None = False,
) -> Json:  # fmt: skip
    """Return a path with its one operation; `gone`: rows may be unknown or withdrawn, None: only unknown."""
    own = {"200": {"description": "OK", "headers": {h: {"$ref": f"#/components/headers/{h}"} for h in ("ETag", "Link")},
                   "content": content}}  # fmt: skip
    statuses = ["304", "400", "406", "429", "500", "503"]
    statuses += ["404", "410"] if gone else ["404"] if gone is None else []
    refs = {status: {"$ref": f"#/components/responses/{ERRORS[status]}"} for status in statuses}
    return {
        "get": {
            "operationId": name, "summary": summary, "description": about or summary, "tags": [tag],
            "parameters": [*parameters, _LANG], "responses": own | refs,
        }
    }  # fmt: skip


def _parameter(parameter: Parameter) -> Json:
    schema = _READS.get(parameter.reads, {})
    if parameter.codes is not None:
        schema = {"type": "string", "enum": [each.value for each in parameter.codes]}
    return {
        "name": parameter.name, "in": "query", "description": f"{parameter.zh} {parameter.en}",
        "schema": schema, "example": _typed(parameter, schema),
    }  # fmt: skip


def _typed(parameter: Parameter, schema: Json) -> object:
    return int(parameter.example) if schema.get("type") == "integer" else parameter.example


def _link(operation: str) -> Json:
    return {"operationId": operation, "parameters": {"id": "$response.body#/data/0/id"}}


def _json(name: str) -> Json:
    return {"application/json": {"schema": _ref(name)}}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


_LANG = {
    "name": "lang", "in": "query", "schema": {"type": "string", "enum": ["zh", "en"]},
    "description": "错误说明和工作簿文字的语言 Language of error texts and workbooks",
}  # fmt: skip
_ID = {
    "name": "id", "in": "path", "required": True, "description": "标识 Identifier",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_]{1,32}(\\.[0-9]{1,6})?$"},
}  # fmt: skip
_AS_OF = {
    "name": "as_of",
    "in": "query",
    "schema": _READS[Reads.DATE],
    "description": "登记册在这一天结束时的样子，除去此后撤下的；按标识排列 "
    "The register as it stood at the end of this day, less what was withdrawn since; in the order of ids",
}
_PROFILE = {
    "name": "profile",
    "in": "query",
    "schema": {"type": "string", "enum": ["machine", "excel"]},
    "description": "excel：带 BOM，公式符号开头的单元格前加单引号 "
    "excel: with a BOM, and an apostrophe before cells that begin like a formula",
}
_PAGED = [
    {"name": "limit", "in": "query", "description": "每页行数 Rows a page",
     "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": USUAL_PAGE}},
    {"name": "total", "in": "query", "schema": {"type": "string", "enum": ["true", "false"]},
     "description": "同时给出总数 Give the total as well"},
]  # fmt: skip

_SEARCH_PAGED = [
    {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 50000}},
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}},
]

#: A cursor is never made up: it comes inside `next` only, and so is no parameter here.
_NEXT = "翻页照用回应中的 next。Follow `next` for the following pages."


def _until(day: date) -> str:
    """Return the pattern of days from 1990 up to `day`."""
    year, month, number = day.year, day.month, day.day
    years = "|".join(str(each) for each in range(1990, year))
    months = "|".join(f"{each:02}" for each in range(1, month)) or "00"
    days = "|".join(f"{each:02}" for each in range(1, number + 1))
    return (
        f"^(({years})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
        f"|{year}-(({months})-(0[1-9]|[12][0-9]|3[01])|{month:02}-({days})))$"
    )
