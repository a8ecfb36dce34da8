"""Pages for people who take everything away: the dumps, and each dataset with its columns."""

from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.kit import clock
from portal.kit.i18n import language
from portal.public import params
from portal.public.shelf import Offered, offered, settings
from portal.register.columns.datasets import DATASETS
from portal.register.columns.model import Dataset

bp = Blueprint("downloads", __name__, url_prefix="/data")


@bp.get("/")
def index() -> ResponseReturnValue:
    """Show the current dump and what is in it."""
    params.read()
    found = offered()
    about = _described(
        settings().site_url + "/data/", _("全部数据"), _("每个数据集一份，另有一个数据库文件。")
    )
    about |= {
        "@type": "DataCatalog",
        "dataset": [_schema_org(each, found) for each in DATASETS.values()],
    }
    page = render_template(
        "downloads/index.html",
        dump=found,
        sizes=_sizes(found),
        datasets=DATASETS.values(),
        about=about,
        today=clock.local_today(),
    )
    return _answer(page)


@bp.get("/<word>/")
def show(word: str) -> ResponseReturnValue:
    """Show one dataset: what a row is, what its columns mean, where to fetch it."""
    params.read()
    dataset = DATASETS.get(word)
    if dataset is None:
        abort(404)
    found = offered()
    page = render_template(
        "downloads/show.html",
        dump=found,
        sizes=_sizes(found),
        dataset=dataset,
        cells=list(dataset.cells()),
        about=_schema_org(dataset, found) | {"@context": "https://schema.org/"},
    )
    return _answer(page)


def _answer(page: str) -> Response:
    """Answer with the content's own digest: a dump comes and goes without a new serial."""
    response = Response(page, mimetype="text/html")
    response.add_etag()
    response.make_conditional(request)
    return response


def _sizes(found: Offered | None) -> dict[str, int]:
    return {} if found is None else {name: file.size for name, file in found.files().items()}


def _described(address: str, name: str, description: str) -> dict[str, Any]:
    terms = settings()
    return {
        "@context": "https://schema.org/",
        "@id": address,
        "url": address,
        "name": name,
        "description": description,
        "license": terms.license_url,
        "inLanguage": "zh",
        "isAccessibleForFree": True,
        "publisher": {
            "@type": "GovernmentOrganization",
            "name": terms.site_name,
            "url": f"{terms.site_url}/",
        },
    }


def _schema_org(dataset: Dataset, found: Offered | None) -> dict[str, Any]:
    """Return the dataset in the words of schema.org, as search engines for data read them."""
    site, lang = settings().site_url, language()
    address = site + url_for("downloads.show", word=dataset.word, lang=None)
    told = _described(address, dataset.title(lang), dataset.about(lang)) | {"@type": "Dataset"}
    del told["@context"]
    told |= {
        "keywords": ["双随机、一公开", dataset.zh, dataset.en],
        "variableMeasured": [cell.title(lang) for cell in dataset.cells()],
    }
    if found is not None:
        told |= {
            "dateModified": found.manifest["created"],
            "version": found.manifest["version"],
            "distribution": [
                {
                    "@type": "DataDownload",
                    "encodingFormat": kind,
                    "contentUrl": f"{site}/data/{dataset.word}.{suffix}.gz",
                    "contentSize": str(found.files()[f"{dataset.word}.{suffix}.gz"].size),
                    "sha256": found.files()[f"{dataset.word}.{suffix}.gz"].sha256,
                }
                for suffix, kind in (("csv", "text/csv"), ("ndjson", "application/x-ndjson"))
            ],
        }
    return told
