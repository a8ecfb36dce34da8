"""The page that explains feeds and makes an address from a few wishes; the list of feeds as OPML."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.kit.db import db
from portal.kit.i18n import language
from portal.public import filters, params
from portal.public.caching import conditional
from portal.public.feeds import offers
from portal.register.columns.datasets import DATASETS
from portal.register.queries import agencies

bp = Blueprint("feed_page", __name__)


@bp.get("/feeds/")
@conditional
def index() -> ResponseReturnValue:
    """Explain, offer what stands, and answer the form with an address to subscribe to."""
    asked = params.read(
        q=params.words, dataset=params.member_of("problems", *offers.CHOICES),
        agency=params.public_id, region=params.region,
    )  # fmt: skip
    session = db.session()
    datasets = [(word, DATASETS[word].title(language())) for word in offers.CHOICES]
    agency_choices = agencies.choices(session)
    region_choices = [(code, filters.region(code)) for code in agencies.regions(session)]
    return render_template(
        "feeds/index.html",
        asked=asked,
        wished=offers.wished(asked, dict([*agency_choices, *region_choices])) if asked else None,
        is_wider=offers.is_wider(asked),
        standing=offers.standing(),
        datasets=[("problems", _("发现问题的抽查结果")), *datasets],
        agency_choices=agency_choices,
        region_choices=region_choices,
    )


@bp.get("/feeds.opml")
@conditional
def opml() -> ResponseReturnValue:
    """List the standing feeds, and those of agencies and regions, for readers to take over."""
    params.read()
    page = render_template(
        "feeds/opml.xml", standing=offers.standing(), bodies=offers.of_bodies(db.session())
    )
    return Response(page, mimetype="text/x-opml")
