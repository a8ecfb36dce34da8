"""What readers send in about a record: error reports, statements, objections (纠错、陈述、异议).

There is no session and no cookie, so a forged form gains nothing that its author could not post by
hand; a form sent from a page of another site is refused all the same, because it would use up its
visitor's allowance. Against floods there is an allowance for each network and one for the process, and
a field that only programs fill in. A proof of work would need JavaScript, a puzzle in a picture shuts
people out, and a signed time needs a secret that this process is not to have: none of them is here.
"""

from ipaddress import ip_address

from flask import (
    Blueprint,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.domain import replies
from portal.domain.replies import LetterKind
from portal.kit import clock
from portal.kit.db import LETTERBOX, db
from portal.kit.i18n import language
from portal.letterbox.evidence import media_type
from portal.letterbox.slot import Letter, post
from portal.public import params
from portal.public.limits import Buckets
from portal.public.pages.found import or_missing
from portal.register.layout import LAYOUTS
from portal.register.prefixes import PREFIX
from portal.register.queries.one import live
from portal.register.queries.replies import status
from portal.register.records import TYPES, Kind, PublicEntity, PublicResult, Record

bp = Blueprint("replies", __name__, url_prefix="/replies")

#: Evidence, text and what a form adds around them.
LARGEST_FORM = replies.LARGEST_EVIDENCE + 2**20
_KIND_OF = {prefix: kind for kind, prefix in PREFIX.items()}
#: Kinds that have no page of their own, so nobody is led here from them.
_PAGELESS = (Kind.WITHHELD, Kind.DRAW_ENTRY, Kind.REPLY)
_HOUR = 3600
_OF_NETWORK, _OF_ALL = 6, 300
_SHORTEST = 5


def slots() -> tuple[Buckets, Buckets]:
    """Return how many letters an hour come from one network, and from all: a full disk stops everyone."""
    return Buckets(_OF_NETWORK, _HOUR), Buckets(_OF_ALL, _HOUR)


@bp.get("/new")
def form() -> ResponseReturnValue:
    """Show the form about one record."""
    asked = params.read(about=params.public_id, kind=params.code_of(LetterKind))
    record = _subject(asked.get("about", ""))
    return _form(record, {"kind": asked.get("kind", LetterKind.ERROR)}, [])


@bp.post("/new")
def send() -> ResponseReturnValue:
    """Take a letter and tell its reference, this once."""
    record = _subject(params.read(about=params.public_id).get("about", ""))
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)
    letter, problems = _read(record)
    if letter is None or problems:
        return _form(record, request.form, problems), 422
    if wait := _wait():
        response = make_response(_form(record, request.form, [(None, _too_many(wait))]), 429)
        response.headers["Retry-After"] = str(wait)
        return response
    with Session(db.engines[LETTERBOX]) as session:
        reference = post(session, letter, now=clock.utc_now())
    words = {
        "reference": replies.in_groups(reference),
        "kind": letter.kind,
        "record": record,
        "other_lang_url": "",
    }
    response = make_response(render_template("replies/sent.html", **words), 201)
    response.headers["Cache-Control"] = "no-store"
    return response


def _subject(public_id: str) -> Record:
    """Return the public record that a letter is about, or answer as its page would."""
    kind = _KIND_OF.get(public_id.partition("_")[0])
    if kind is None or kind in _PAGELESS:
        abort(404)
    return or_missing(
        live(db.session(), LAYOUTS[kind].table, TYPES[kind], public_id), kind, public_id
    )


def _kinds(record: Record) -> list[tuple[str, str]]:
    """Return the kinds of letters there are about a record: statements and objections are about results."""
    wanted = LetterKind if isinstance(record, PublicResult) else (LetterKind.ERROR,)
    return [(each.value, each.label(language())) for each in wanted]


def _form(record: Record, given: object, problems: list[tuple[str | None, str]]) -> str:
    return render_template(
        "replies/new.html",
        record=record,
        name=_name_of(record),
        given=given,
        kinds=_kinds(record),
        problems=problems,
        errors=dict(problems),
        limits=replies,
        action=url_for("replies.send", about=record.id, lang=request.args.get("lang")),
    )


def _name_of(record: Record) -> str:
    if isinstance(record, PublicResult):
        party = live(db.session(), LAYOUTS[Kind.ENTITY].table, PublicEntity, record.entity_id)
        return party.name if party else record.id
    return str(getattr(record, "name", None) or getattr(record, "title", None) or record.id)


def _read(record: Record) -> tuple[Letter | None, list[tuple[str | None, str]]]:
    """Return the letter that the form makes, or what has to be mended in it."""
    given, problems = request.form, list[tuple[str | None, str]]()
    kind, text, contact = given.get("kind", ""), _typed("text"), _typed("contact")
    if kind not in dict(_kinds(record)):
        problems.append(("kind", _("请选择来信类别。")))
    if not _SHORTEST <= len(text) <= replies.LONGEST_TEXT:
        problems.append(
            (
                "text",
                _(
                    "内容须为 %(least)s 至 %(most)s 个字。",
                    least=_SHORTEST,
                    most=replies.LONGEST_TEXT,
                ),
            )
        )
    if len(contact) > replies.LONGEST_CONTACT:
        problems.append(
            ("contact", _("联系方式请在 %(most)s 个字以内。", most=replies.LONGEST_CONTACT))
        )
    if given.get("website"):
        problems.append(("website", _("这一栏请留空。")))
    upload = request.files.get("evidence")
    evidence = upload.read(replies.LARGEST_EVIDENCE + 1) if upload else b""
    found = media_type(evidence)
    if len(evidence) > replies.LARGEST_EVIDENCE:
        problems.append(("evidence", _("附件不得超过 10 MB。")))
    elif evidence and found is None:
        problems.append(
            ("evidence", _("附件须为 PDF、JPEG 或 PNG 文件；按内容判断，与文件名无关。"))
        )
    if problems:
        return None, problems
    letter = Letter(
        kind=LetterKind(kind), subject=record.id, text=text, contact=contact or None,
        evidence=evidence or None, evidence_type=found,
    )  # fmt: skip
    return letter, []


def _typed(name: str) -> str:
    """Return what was typed, without a sign that shows nothing, no store takes, and some programs leave in what is copied."""
    return request.form.get(name, "").replace("\0", "").strip()


def _wait() -> int:
    """Count this letter; return the seconds to wait where there are too many, else 0."""
    of_network, of_all = _slots()
    return of_network.take(_address()).wait or of_all.take("0.0.0.0").wait  # noqa: S104 - a name for all


def _slots() -> tuple[Buckets, Buckets]:
    found: tuple[Buckets, Buckets] = current_app.extensions["letters"]
    return found


def _address() -> str:
    """Return where the request comes from; the proxy on this machine says it in its own header."""
    peer = request.remote_addr or ""
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        return told if told and ip_address(peer).is_loopback else peer
    except ValueError:
        return peer


def _too_many(wait: int) -> str:
    minutes = -(-wait // 60)
    return str(_("来自同一网络的来信过多，请在 %(minutes)s 分钟后再试。", minutes=minutes))


@bp.get("/")
def find() -> ResponseReturnValue:
    """Ask for a reference, or lead to the status of the one that was typed."""
    asked = params.read(reference=params.words)
    if "reference" in asked:
        reference = replies.plain_reference(asked["reference"]) or "-"
        return redirect(url_for("replies.show", reference=reference, lang=request.args.get("lang")))
    return render_template("replies/status.html", reply=None, asked=False)


@bp.get("/<reference>")
def show(reference: str) -> ResponseReturnValue:
    """Show how far a letter is, from the register alone; the same words for all that is not there."""
    params.read()
    plain = replies.plain_reference(reference)
    reply = status(db.session(), plain) if plain else None
    return render_template("replies/status.html", reply=reply, asked=True), 200 if reply else 404
