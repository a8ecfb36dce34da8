"""What looks like a secret in a text: where it stands and of what kind, never what it says."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

#: Up to two separators may stand between digits: people write 138-0013-8000 and worse.
_GAP = r"[ \-—_.·]{0,2}"
#: Characters that show nothing and hide much.
_INVISIBLE = dict.fromkeys(
    [0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)

#: Cheap first look at the text as given: most hold neither seven digits in any script, however
#: far pulled apart, nor a sign of an address or a contact.
_SUSPECT = re.compile(r"\d(?:\D{0,6}\d){6}|[@＠﹫]|联系人|联络员")

_ID_CARD = re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{16}}{_GAP}[\dXx](?!\d)")
_MOBILE = re.compile(rf"(?<!\d)(?:\+?86{_GAP}|0086{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)")
_LANDLINE = re.compile(rf"(?<!\d)[(]?0\d{{2,3}}[)]?{_GAP}[2-9]\d{{2,3}}{_GAP}\d{{4}}(?!\d)")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
#: A local number has no area code, so it needs a word before it.
_CUED_NUMBERS = re.compile(
    r"(?:电话|手机|传真|联系人|联络员)[^\d\n]{0,8}?((?<!\d)\d{7,8}(?!\d)(?:\s*[,，、;；/]\s*\d{7,8}(?!\d))*)"
)
_CUED_NAME = re.compile(r"(?:联系人|联络员)\s*[:：]\s*([\u4e00-\u9fff]{2,4})")

#: Common surnames; after a word for a person, one of these begins a name.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋余于杜叶程"
    "魏苏吕丁任沈姚卢姜崔钟谭陆汪范石廖贾韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱"
)
_PERSON = re.compile(
    rf"(?:经营者|业主|店主|负责人|法定代表人|投资人|当事人|联系人)(?:为|是|系)?[:： ]?"
    rf"([{_SURNAMES}][\u4e00-\u9fff]{{1,2}})"
)
_DWELLING = re.compile(
    r"\d+(?:号楼|幢|栋|单元|室)(?:\d+(?:号楼|幢|栋|单元|室))*|住(?:址|所地|在)?[^。；，]{2,20}\d+号"
)

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"


@dataclass(frozen=True, slots=True)
class Hit:
    """One find: `kind`, and the span in the text as it was given."""

    kind: str
    start: int
    end: int


def scan(text: str) -> list[Hit]:
    """Return what looks like personal data in `text`, in order of place."""
    if not _SUSPECT.search(text):
        return []
    folded, places = _fold(text)
    hits = {(start, end): kind for kind, start, end in _find(folded)}
    return [
        Hit(kind, places[start], places[end - 1] + 1) for (start, end), kind in sorted(hits.items())
    ]


def scan_persons(text: str) -> list[Hit]:
    """Return what looks like a person's name or dwelling; for texts that concern a person."""
    folded, places = _fold(text)
    pairs = [("姓名", *match.span(1)) for match in _PERSON.finditer(folded)]
    pairs += [("住址", *match.span()) for match in _DWELLING.finditer(folded)]
    return [Hit(kind, places[start], places[end - 1] + 1) for kind, start, end in pairs]


def _find(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _ID_CARD.finditer(text):
        if _is_id_card(re.sub(r"[^\dXx]", "", match[0])):
            yield "身份证号", *match.span()
    for match in _MOBILE.finditer(text):
        yield "手机号", *match.span()
    for match in _LANDLINE.finditer(text):
        yield "固定电话", *match.span()
    for match in _EMAIL.finditer(text):
        yield "电子邮箱", *match.span()
    for match in _CUED_NUMBERS.finditer(text):
        yield "联系电话", *match.span(1)
    for match in _CUED_NAME.finditer(text):
        yield "联系人姓名", *match.span(1)


def _is_id_card(number: str) -> bool:
    """GB 11643: birth date and check digit; an all-digit credit code fails one or the other."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    return born.year >= 1900 and _ID_CHECK[total % 11] == number[-1].upper()  # noqa: PLR2004


def _fold(text: str) -> tuple[str, list[int]]:
    """Fold width and drop invisible characters; also say where each character came from."""
    if text.isascii():
        return text, list(range(len(text)))
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if ord(character) in _INVISIBLE:
            continue
        for each in unicodedata.normalize("NFKC", character):
            folded.append(each)
            places.append(place)
    return "".join(folded), places
