"""What becomes public of a letter: how far it is, and of the rest only what two people let out."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from portal.airlock.around import Cleared, Passage
from portal.airlock.callings import is_name
from portal.airlock.detectors.kinds import Severity
from portal.airlock.known import KnownSecrets
from portal.airlock.residue import Find, digest_of, look
from portal.domain.replies import LetterKind, ReplyState, status_id
from portal.register.records import PublicReply

#: A contact is written as it comes: 王小明13900000000, 王小明（手机同微信）, 联系人王小明.
_RUN = re.compile(r"[\u3400-\u9fff·]+|[A-Za-z0-9][A-Za-z0-9@._+-]*")
_NO_NAME = re.compile(
    "联系人|联系|姓名|电话|手机号码|手机号|手机|号码|座机|微信号|微信|同号|邮箱|邮件|地址|住址|我叫|我是|本人|先生|女士|老师|同志|请|打"
)
_CALLED = re.compile("([\u3400-\u9fff]{1,2})(先生|女士|老师|同志|师傅|经理)")
#: What of an answer is words.
_WORDS = ("text", "decision")
#: Shorter pieces of a contact would be found everywhere, but for names.
_TELLING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a letter stands. `about` is result and party, once it was accepted."""

    reference: str
    kind: LetterKind
    state: ReplyState
    received_on: date
    #: Whose answer it is.
    agency_id: str
    decided_on: date | None = None
    about: tuple[str, str] | None = None
    statement: str | None = None
    decision: str | None = None
    contact: str | None = None
    #: Whether the party is a person whose name is shortened.
    personal: bool = False
    #: Texts of what it is about that the public may not read there, nor here.
    secrets: tuple[str, ...] = ()


def project_reply(standing: Standing, known: KnownSecrets | None, *, let_pass: bool) -> Passage:
    """Return what the public sees; the letter's own text, its contact and evidence have no way here.

    `let_pass`: what a person may decide on counts as looked at, in these very texts.
    """
    told = standing.about is not None
    result_id, entity_id = standing.about or (None, None)
    is_silent = standing.decided_on is not None and standing.decision is None
    record = PublicReply(
        id=status_id(standing.reference),
        state=standing.state,
        received_on=standing.received_on,
        decided_on=standing.decided_on,
        kind=standing.kind if told else None,
        result_id=result_id,
        entity_id=entity_id,
        text=standing.statement if told else None,
        decision=standing.decision,
    )
    passage = Passage(
        [record],
        secrets=(*_names_of(standing.contact or ""), *standing.secrets),
        personal=standing.personal,
        known=known,
        agency_id=standing.agency_id,
        #: Taken back, or about what is shown no more: that it says nothing already has to be proven.
        kept_back=dict.fromkeys(_WORDS, True) if is_silent else {},
    )
    if let_pass:
        passage.cleared = frozenset(_cleared(passage))
    return passage


def _names_of(contact: str) -> Iterator[str]:
    """Yield what tells who wrote: names and numbers, however they stand together."""
    for run in _RUN.findall(unicodedata.normalize("NFKC", contact)):
        yield from (each + title for name, title in _CALLED.findall(run) for each in name)
        yield from (each for each in _NO_NAME.split(run) if len(each) >= _TELLING or is_name(each))


def finds(passage: Passage) -> list[Find]:
    """Return what the detectors see in the texts that would become public."""
    return [find for record in passage.records for find in look(record, passage)]


def _cleared(passage: Passage) -> list[Cleared]:
    (record,) = passage.records
    texts = {name: getattr(record, name) for name in _WORDS}
    return [
        Cleared(find.path, find.kind, digest_of(texts[find.path]))
        for find in look(record, passage)
        if find.path in texts and find.severity is Severity.HOLD and not find.stops
    ]
