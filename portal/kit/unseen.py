"""What a Markdown text carries that no reader of its page sees: comments, titles of links, pictures, hidden tags (看不见的内容).

The text itself is public as well, in the API, in dumps and feeds; and who reviews it reads the page.
"""

import re
from collections import Counter
from html import unescape

from portal.kit.markdown import defined_apart, to_html, to_text

#: Addresses of links are there to be followed, where there is something to click on.
_LINK = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_TAG = re.compile("<[^>]*>")
#: An address that is its own text stands once in the text and twice on the page.
_AUTOLINK = re.compile(r"<(https?://[^<>]*)>", re.IGNORECASE)
#: What says how a text is set out, and no more: tags that are shown, names of languages.
_SETTING = re.compile(
    r"</?(?:br|hr|p|sup|sub|del|strong|em|code|pre|blockquote|ul|ol|li|h[1-6]|table|thead|tbody|tr|th|td)\s*/?>"
    r"|^[ \t]*(?:`{3,}|~{3,})[ \t]*(?:text|csv|json|xml|html|yaml|toml|sql|sh|python)[ \t]*$",
    re.MULTILINE,
)
#: Likewise numbers of lists: the page counts by itself.
_NUMBERS = re.compile(r"^[ \t>]*(?:[-*+][ \t]+)*\d{1,3}[.)](?=[ \t])", re.MULTILINE)


def unseen(text: str) -> int:
    """Return how many letters, digits and characters of `text` its readers do not see.

    What the page says twice is counted once: else a comment could be made of the words of a table of
    contents, of an address that is its own text, or of one that several links lead to.

    >>> [unseen(each) for each in ("# 一、通知", "正文<!-- 起草人张三 -->", '[附件](/a "李四")', "1. 甲")]
    [0, 5, 2, 0]
    """
    apart = _counted(defined_apart(text))
    filed = _AUTOLINK.sub(r"\1 \1", _NUMBERS.sub(" ", text))
    html = to_html(text, contents=False)
    addresses = (address for address, words in _LINK.findall(html) if _counted(_TAG.sub("", words)))
    shown = f"{to_text(text, contents=False)} {' '.join(addresses)}"
    return (_counted(filed) - _counted(shown)).total() + apart.total()


def _counted(text: str) -> Counter[str]:
    """Count what is no setting; where marks are quoted, on the page or in the text, they count for neither."""
    plain = _SETTING.sub(" ", unescape(_SETTING.sub(" ", text)))
    return Counter(each for each in plain if each.isalnum())
