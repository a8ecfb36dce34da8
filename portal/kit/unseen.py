"""What a Markdown text carries that no reader of its page sees: comments, titles of links, pictures, hidden tags (看不见的内容).

The text itself is public as well, in the API, in dumps and feeds; and who reviews it reads the page.
"""

import re
from collections import Counter
from html import unescape

from portal.kit.markdown import defined_apart, to_html, without_tags

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

#: Nobody quotes a quoted entity more often than this.
_MOST_QUOTED = 4


def unseen(text: str) -> int:
    """Return how many letters, digits and characters of `text` its readers do not see; at least one where there are any.

    What is filed has to stand on the page in its own order: else a comment could be made of what the page says
    elsewhere and the text does not, such as numbers of lists that are none. What the page says twice counts once.

    >>> [unseen(each) for each in ("# 一、通知", "正文<!-- 起草人张三 -->", '[附件](/a "李四")', "1. 甲")]
    [0, 5, 2, 0]
    """
    apart = _letters(defined_apart(text))
    filed = _letters(_AUTOLINK.sub(r"\1 \1", _NUMBERS.sub(" ", text)))
    shown = _letters(without_tags(_LINK.sub(_with_address, to_html(text, contents=False))))
    if _in_order(filed, shown) and unescape(whole := _plain(text)) == whole:
        return len(apart)
    return max(1, (Counter(filed) - Counter(shown)).total()) + len(apart)


def _with_address(link: re.Match[str]) -> str:
    """Return a link with the address behind it that it leads to, where there is something to click on."""
    return f"{link[0]} {link[1]} " if _letters(_TAG.sub("", link[2])) else link[0]


def _in_order(filed: str, shown: str) -> bool:
    """Whether all of what is filed stands in what is shown, in its order."""
    rest = iter(shown)
    return all(letter in rest for letter in filed)


def _letters(text: str) -> str:
    """Return what is no setting; where marks are quoted, on the page or in the text, they count for neither."""
    return "".join(filter(str.isalnum, _SETTING.sub(" ", _plain(_SETTING.sub(" ", text)))))


def _plain(text: str) -> str:
    """Return a text with all entities as what they stand for, those too that are quoted: 张 for ``&amp;#24352;``."""
    for _ in range(_MOST_QUOTED):
        text = unescape(text)
    return text
