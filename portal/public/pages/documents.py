"""Published texts and the figures in them (文件)."""

import re

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup  # noqa: TID251 - kit.markdown has sanitised what is wrapped here

from portal.domain.documents import Figure, check_sums
from portal.kit import markdown
from portal.kit.db import db
from portal.public import filters, params
from portal.public.caching import conditional
from portal.public.pages import lists
from portal.public.pages.found import or_missing
from portal.register.queries import agencies, documents
from portal.register.records import Kind, PublicFigure

bp = Blueprint("documents", __name__, url_prefix="/documents")


@bp.get("/")
@conditional
def index() -> ResponseReturnValue:
    """List documents, newest first."""
    found = lists.listed("documents", documents.listed)
    return found.show(
        "documents/index.html",
        agencies=agencies.named(found.session, [row.record.agency_id for row in found.rows]),
        agency_choices=agencies.choices(found.session),
        kind_choices=filters.options("document_kind"),
    )


@bp.get("/<public_id>")
@conditional
def show(public_id: str) -> ResponseReturnValue:
    """Show one document in full; stated sums are computed again and mismatches shown."""
    params.read()
    session = db.session()
    shown = or_missing(documents.get(session, public_id), Kind.DOCUMENT, public_id)
    document = shown.record
    return render_template(
        "documents/show.html",
        shown=shown,
        document=document,
        body=Markup(_as_paper(markdown.to_html(document.body))) if document.body else None,  # noqa: S704
        sums=check_sums(tuple(map(_figure, document.figures))),
        agency=agencies.get(session, document.agency_id),
    )


_LINE = r"<p>([^<>。；：]{2,40})</p>\s*"
#: 机关名称与文号、机关名称与日期: two short lines that follow each other.
_LETTERHEAD = re.compile(_LINE + r"<p>([^<>。；：]{2,30}[号期])</p>")
_SIGNATURE = re.compile(_LINE + r"<p>(\d{4}年\d{1,2}月\d{1,2}日)</p>")


def _as_paper(html: str) -> str:
    """Set letterheads and signatures as such, and headings below the page's own title."""
    html = _LETTERHEAD.sub(
        r'<p class="prose__letterhead">\1</p><p class="prose__number">\2</p>', html
    )
    html = _SIGNATURE.sub(r'<p class="prose__signature">\1<br>\2</p>', html)
    return re.sub(r"(</?h)([1-5])\b", lambda tag: f"{tag[1]}{int(tag[2]) + 1}", html)


def _figure(figure: PublicFigure) -> Figure:
    return Figure(
        key=figure.key, label=figure.label, period=figure.period, value=figure.value,
        unit=figure.unit, formula=figure.formula, remark=figure.remark,
    )  # fmt: skip
