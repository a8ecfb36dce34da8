"""E-mail addresses, and QQ and WeChat names after a word for them."""

import re
from collections.abc import Iterator

from portal.airlock.detectors import kinds
from portal.airlock.detectors.fold import GAP
from portal.airlock.detectors.words import any_of

#: At most this much before the sign belongs to an address (RFC 5321).
_LONGEST = 64
ADDRESS_SIGN = r"(?:@|艾特|[(\[{<【〔「『〈]\s?(?:[Aa][Tt]|@|艾特|圈[Aa]?)\s?[)\]}>】〕」』〉])"
_SIGN = re.compile(rf"{ADDRESS_SIGN}\s{{0,2}}")
#: The part before the sign, read backwards; blanks stand beside dots only.
_BEFORE = re.compile(r"\s{0,2}([A-Za-z0-9%+\-_]+(?:\s?\.{1,2}\s?[A-Za-z0-9%+\-_]+)*)")
_LABEL = r"[A-Za-z0-9\-]{1,63}"
_POINT = r"(?:[.。点]|[(\[{<【〔]\s?(?:\.|点|[Dd][Oo][Tt])\s?[)\]}>】〕])"
_AFTER = re.compile(rf"(?:{_LABEL}\s{{0,2}}{_POINT}\s{{0,2}}){{1,5}}[A-Za-z]{{2,24}}")
_QQ_CUES = ("QQ", "qq", "Qq", "扣扣", "企鹅号", "Q群", "q群")
_WECHAT_CUES = (
    "微信", "WeChat", "wechat", "Wechat", "WECHAT", "VX", "vx", "Vx", "V信", "v信", "薇信",
)  # fmt: skip
CHAT_CUES = _QQ_CUES + _WECHAT_CUES
_QQ = re.compile(
    rf"{any_of(_QQ_CUES)}(?:群?号码?|群|号)?[\s:：为是(]{{0,4}}([1-9](?:{GAP}\d){{4,11}})(?!\d)(?!@)"
)
_WECHAT = re.compile(
    rf"{any_of(_WECHAT_CUES)}"
    r"(?!公众|小程序|支付)(?:号码?|联系|账号)?"
    rf"[\s:：为是(]{{0,4}}([A-Za-z][A-Za-z0-9_\-]{{5,19}}|\d(?:{GAP}\d){{5,11}})(?![A-Za-z0-9_])"
)


def online(text: str) -> Iterator[tuple[str, int, int]]:
    """An address is looked for around its sign only, so that long words cost nothing."""
    for sign in _SIGN.finditer(text):
        first = max(0, sign.start() - _LONGEST)
        before = _BEFORE.match(text[first : sign.start()][::-1])
        after = _AFTER.match(text, sign.end())
        if before and after:
            yield kinds.EMAIL, sign.start() - before.end(1), after.end()
    for pattern in (_QQ, _WECHAT):
        for match in pattern.finditer(text):
            yield kinds.CHAT, *match.span(1)
