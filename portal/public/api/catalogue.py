"""The catalogue for other portals: DCAT-AP 3 in Turtle and JSON-LD, page by page (hydra)."""

import json
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from rdflib import DCAT, DCTERMS, FOAF, RDF, SKOS, XSD, Graph, Literal, Namespace, URIRef

from portal.kit.config import Settings
from portal.public import params
from portal.public.params import BadParameter
from portal.public.shelf import File, Offered, offered, settings
from portal.register.columns.datasets import DATASETS
from portal.register.columns.model import Dataset

bp = Blueprint("catalogue", __name__)

#: Datasets of one page.
_PAGE = 10

_HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
_SPDX = Namespace("http://spdx.org/rdf/terms#")
_VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
_EU = "http://publications.europa.eu/resource/authority/"
_DAILY = URIRef(f"{_EU}frequency/DAILY")
_CHINESE = URIRef(f"{_EU}language/ZHO")
_GOVERNMENT = URIRef(f"{_EU}data-theme/GOVE")
_MEDIA = "https://www.iana.org/assignments/media-types/"
_FORMATS = {
    "csv": (f"{_EU}file-type/CSV", f"{_MEDIA}text/csv"),
    "ndjson": (f"{_EU}file-type/JSON", f"{_MEDIA}application/json"),
}


@bp.get("/catalog.ttl")
def turtle() -> ResponseReturnValue:
    """Give the catalogue as Turtle."""
    return _answer(_page("ttl").serialize(format="turtle"), "text/turtle; charset=utf-8")


@bp.get("/catalog.jsonld")
def json_ld() -> ResponseReturnValue:
    """Give the catalogue as JSON-LD."""
    found = json.loads(_page("jsonld").serialize(format="json-ld"))
    text = json.dumps(_sorted(found), ensure_ascii=False, indent=1, sort_keys=True)
    return _answer(text, "application/ld+json")


def _answer(text: str, kind: str) -> Response:
    response = Response(text, content_type=kind)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    response.make_conditional(request)
    return response


def _sorted(found: Any) -> Any:  # noqa: ANN401 - any JSON
    """Bring lists into one order: RDF has none, and equal catalogues shall be equal bytes."""
    if isinstance(found, list):
        return sorted(map(_sorted, found), key=lambda each: json.dumps(each, sort_keys=True))
    if isinstance(found, dict):
        return {key: _sorted(value) for key, value in found.items()}
    return found


def _page(suffix: str) -> Graph:
    last = -(-len(DATASETS) // _PAGE)
    asked = params.read(page=params.number(1, 10**6)).get("page", 1)
    if asked > last:
        raise BadParameter("page", str(asked), f"1–{last}")
    dump, terms = offered(), settings()
    graph = Graph()
    for name, space in (("hydra", _HYDRA), ("spdx", _SPDX), ("vcard", _VCARD)):
        graph.bind(name, space)
    catalogue = _catalogue(graph, terms)
    shown = list(DATASETS.values())[(asked - 1) * _PAGE : asked * _PAGE]
    for dataset in shown:
        found = _dataset(graph, dataset, dump, terms)
        graph.add((catalogue, DCAT.dataset, found))
        graph.add((URIRef(f"{terms.site_url}/api/v1/"), DCAT.servesDataset, found))
    _paging(graph, f"{terms.site_url}/catalog.{suffix}", asked, last)
    return graph


def _catalogue(graph: Graph, terms: Settings) -> URIRef:
    catalogue = URIRef(f"{terms.site_url}/catalog")
    graph.add((catalogue, RDF.type, DCAT.Catalog))
    _words(graph, catalogue, f"{terms.site_name} 数据目录", f"{terms.site_name}: data catalogue",
           "双随机、一公开抽查的全部已公开数据。",
           "All published data on inspections by lot.")  # fmt: skip
    graph.add((catalogue, FOAF.homepage, _page_of(graph, f"{terms.site_url}/data/")))
    graph.add((catalogue, DCTERMS.license, _license(graph, terms)))
    graph.add((catalogue, DCTERMS.language, _CHINESE))
    graph.add((_CHINESE, RDF.type, DCTERMS.LinguisticSystem))
    graph.add((catalogue, DCTERMS.publisher, _publisher(graph, terms)))
    graph.add((catalogue, DCAT.service, _service(graph, terms)))
    return catalogue


def _page_of(graph: Graph, address: str) -> URIRef:
    page = URIRef(address)
    graph.add((page, RDF.type, FOAF.Document))
    return page


def _publisher(graph: Graph, terms: Settings) -> URIRef:
    publisher = URIRef(f"{terms.site_url}/#publisher")
    graph.add((publisher, RDF.type, FOAF.Agent))
    graph.add((publisher, FOAF.name, Literal(terms.site_name, lang="zh")))
    graph.add((publisher, FOAF.homepage, _page_of(graph, f"{terms.site_url}/")))
    return publisher


def _license(graph: Graph, terms: Settings) -> URIRef:
    found = URIRef(terms.license_url)
    graph.add((found, RDF.type, DCTERMS.LicenseDocument))
    return found


def _service(graph: Graph, terms: Settings) -> URIRef:
    service = URIRef(f"{terms.site_url}/api/v1/")
    graph.add((service, RDF.type, DCAT.DataService))
    _words(graph, service, "开放数据接口", "Open data API", "查询、导出与变更订阅。",
           "Lists, exports and the change feed.")  # fmt: skip
    graph.add((service, DCAT.endpointURL, service))
    graph.add((service, DCAT.endpointDescription, URIRef(f"{service}openapi.json")))
    graph.add((service, DCTERMS.license, URIRef(terms.license_url)))
    return service


def _address(terms: Settings, word: str) -> URIRef:
    return URIRef(f"{terms.site_url}/data/{word}/")


def _dataset(graph: Graph, dataset: Dataset, dump: Offered | None, terms: Settings) -> URIRef:
    found = URIRef(f"{_address(terms, dataset.word)}#dataset")
    graph.add((found, RDF.type, DCAT.Dataset))
    _words(graph, found, dataset.zh, dataset.en, dataset.about_zh, dataset.about_en)
    graph.add((found, DCTERMS.identifier, Literal(str(found))))
    graph.add((found, DCAT.landingPage, _page_of(graph, _address(terms, dataset.word))))
    graph.add((found, DCTERMS.publisher, URIRef(f"{terms.site_url}/#publisher")))
    graph.add((found, DCAT.contactPoint, _contact(graph, terms)))
    graph.add((found, DCTERMS.accrualPeriodicity, _DAILY))
    graph.add((found, DCTERMS.language, _CHINESE))
    graph.add((_DAILY, RDF.type, DCTERMS.Frequency))
    graph.add((found, DCAT.theme, _GOVERNMENT))
    graph.add((_GOVERNMENT, RDF.type, SKOS.Concept))
    graph.add((_GOVERNMENT, SKOS.prefLabel, Literal("Government and public sector", lang="en")))
    for word, lang in (("双随机、一公开", "zh"), (dataset.zh, "zh"), (dataset.en, "en")):
        graph.add((found, DCAT.keyword, Literal(word, lang=lang)))
    if dump is not None:
        created = Literal(dump.manifest["created"], datatype=XSD.dateTime)
        graph.add((found, DCTERMS.modified, created))
        graph.add((found, URIRef(f"{DCAT}version"), Literal(dump.manifest["version"])))
    for suffix in _FORMATS:
        graph.add((found, DCAT.distribution, _distribution(graph, dataset, suffix, dump, terms)))
    return found


def _contact(graph: Graph, terms: Settings) -> URIRef:
    contact = URIRef(f"{terms.site_url}/#contact")
    graph.add((contact, RDF.type, _VCARD.Organization))
    graph.add((contact, RDF.type, _VCARD.Kind))
    graph.add((contact, _VCARD.fn, Literal(terms.site_name)))
    graph.add((contact, _VCARD.hasURL, URIRef(f"{terms.site_url}/docs/about")))
    return contact


def _distribution(
    graph: Graph, dataset: Dataset, suffix: str, dump: Offered | None, terms: Settings
) -> URIRef:
    found = URIRef(f"{_address(terms, dataset.word)}#{suffix}")
    graph.add((found, RDF.type, DCAT.Distribution))
    _words(graph, found, f"{dataset.zh}（{suffix.upper()}）", f"{dataset.en} ({suffix.upper()})",
           dataset.about_zh, dataset.about_en)  # fmt: skip
    graph.add((found, DCAT.accessURL, URIRef(f"{terms.site_url}/api/v1/{dataset.word}.{suffix}")))
    kind, media = _FORMATS[suffix]
    graph.add((found, DCTERMS["format"], URIRef(kind)))
    graph.add((URIRef(kind), RDF.type, DCTERMS.MediaTypeOrExtent))
    graph.add((found, DCAT.mediaType, URIRef(media)))
    graph.add((URIRef(media), RDF.type, DCTERMS.MediaType))
    graph.add((found, DCTERMS.license, URIRef(terms.license_url)))
    if dump is not None:
        name = f"{dataset.word}.{suffix}.gz"
        _download(graph, found, f"{terms.site_url}/data/{name}", dump.files()[name])
    return found


def _download(graph: Graph, distribution: URIRef, address: str, file: File) -> None:
    gzip = URIRef(f"{_MEDIA}application/gzip")
    checksum = URIRef(f"{distribution}-checksum")
    graph.add((distribution, DCAT.downloadURL, URIRef(address)))
    graph.add((distribution, DCAT.compressFormat, gzip))
    graph.add((gzip, RDF.type, DCTERMS.MediaType))
    graph.add((distribution, DCAT.byteSize, Literal(file.size, datatype=XSD.nonNegativeInteger)))
    graph.add((distribution, _SPDX.checksum, checksum))
    graph.add((checksum, RDF.type, _SPDX.Checksum))
    graph.add((checksum, _SPDX.algorithm, _SPDX.checksumAlgorithm_sha256))
    graph.add((_SPDX.checksumAlgorithm_sha256, RDF.type, _SPDX.ChecksumAlgorithm))
    graph.add((checksum, _SPDX.checksumValue, Literal(file.sha256, datatype=XSD.hexBinary)))


def _words(graph: Graph, of: URIRef, *words: str) -> None:
    """Add title and description; `words` are Chinese title, English title, and the same of the other."""
    names = (DCTERMS.title, DCTERMS.title, DCTERMS.description, DCTERMS.description)
    for predicate, text, lang in zip(names, words, ("zh", "en", "zh", "en"), strict=True):
        graph.add((of, predicate, Literal(text, lang=lang)))


def _paging(graph: Graph, address: str, page: int, last: int) -> None:
    """Say which page this is, in the words of hydra, old and new: harvesters read one or the other."""
    here = URIRef(f"{address}?page={page}")
    graph.add((here, RDF.type, _HYDRA.PagedCollection))
    graph.add((here, RDF.type, _HYDRA.PartialCollectionView))
    graph.add((here, _HYDRA.totalItems, Literal(len(DATASETS))))
    graph.add((here, _HYDRA.itemsPerPage, Literal(_PAGE)))
    for number, names in (
        (1, ("first", "firstPage")), (last, ("last", "lastPage")),
        (page + 1 if page < last else None, ("next", "nextPage")),
        (page - 1 or None, ("previous", "previousPage")),
    ):  # fmt: skip
        for name in names:
            if number is not None:
                graph.add((here, _HYDRA[name], URIRef(f"{address}?page={number}")))
