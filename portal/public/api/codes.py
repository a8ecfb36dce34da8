"""Code lists as data, with what older wordings mean in them, and finding parties by number."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.domain.identifiers import MalformedIdentifier, parse
from portal.kit.db import db
from portal.public.api import asking, envelope, formats, validators
from portal.public.problems import Problem
from portal.register.columns.rows import reader
from portal.register.folding import fold
from portal.register.queries.entities import numbered
from portal.register.selecting.codelists import CODE_LISTS, edition, older_wordings

bp = Blueprint("codes", __name__, url_prefix="/api/v1")

_MOST = 50


@bp.get("/codes/")
def index() -> ResponseReturnValue:
    """List the code lists."""
    asking.nothing()
    etag = validators.tag(validators.now(), "codes")
    if (held := validators.unchanged(etag)) is not None:
        return held
    found = [
        {"list": name, "title_zh": zh, "title_en": en, "edition": edition(codes),
         "url": envelope.address(f"codes/{name}")}
        for name, (codes, zh, en) in CODE_LISTS.items()
    ]  # fmt: skip
    return envelope.answer(envelope.told(found, validators.now()), etag)


@bp.get("/codes/<name>")
def show(name: str) -> ResponseReturnValue:
    """Give one code list, and the codes that older, local and departmental wordings stand for."""
    word, suffix = formats.split(name, known=("json",))
    formats.chosen(suffix, ("json",))
    asking.nothing()
    if word not in CODE_LISTS:
        raise Problem("not-found", accepted=", ".join(CODE_LISTS))
    etag = validators.tag(validators.now(), "codes")
    if (held := validators.unchanged(etag)) is not None:
        return held
    codes, zh, en = CODE_LISTS[word]
    found = {
        "list": word, "title_zh": zh, "title_en": en, "edition": edition(codes),
        "codes": [{"code": each.value, "zh": each.zh, "en": each.en} for each in codes],
        "older_wordings": [
            {"wording": row.wording, "code": row.code.value, "sure": row.sure, "source": row.source}
            for row in older_wordings(codes)
        ],
    }  # fmt: skip
    return envelope.answer(envelope.told(found, validators.now()), etag)


@bp.get("/lookup")
def lookup() -> ResponseReturnValue:
    """Say of each number, in the order given, whether a party has it."""
    given = asking.identifiers(asking.repeated("identifier"), _MOST)
    etag = validators.tag(validators.now(), "lookup")
    if (held := validators.unchanged(etag)) is not None:
        return held
    session = db.session()
    state = validators.within(session)
    read = reader("entities", asking.settings().site_url)
    found = numbered(session, given)
    answers = []
    for number in given:
        parties = [
            b for stored in found.get(fold(number), ()) for b in map(read.json, read.rows(stored))
        ]
        told = {"identifier": number, **_state(number, found=bool(parties))}
        answers.append(envelope.dumped(told)[:-1] + b',"entities":[' + b",".join(parties) + b"]}")
    return envelope.answer(envelope.listed(answers, state), validators.tag(state, "lookup"))


def _state(number: str, *, found: bool) -> dict[str, str | None]:
    """Return the state of one number and, where it is invalid, why."""
    if found:
        return {"state": "found", "reason": None}
    try:
        valid = parse(number).valid
    except MalformedIdentifier:
        return {"state": "invalid", "reason": "malformed"}
    return (
        {"state": "not_found", "reason": None}
        if valid
        else {"state": "invalid", "reason": "check_digit"}
    )
