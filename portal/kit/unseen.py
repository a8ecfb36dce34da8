"""What a Markdown text carries that no reader of its page sees: comments, titles of links, pictures, hidden tags (看不见的内容).

The text itself is public as well, in the API, in dumps and feeds; and who reviews it reads the page.
"""

import re
from collections import Counter
from html import unescape

from portal.kit.markdown import to_html, to_text

#: Addresses of links are there to be followed.
_ADDRESS = re.compile(r'<a href="([^"]*)"')
#: What says how a text is set out, and no more: tags that are shown, names of languages, numbers of lists.
_SETTING = re.compile(
    r"</?(?:br|hr|p|sup|sub|del|strong|em|code|pre|blockquote|ul|ol|li|h[1-6]|table|thead|tbody|tr|th|td)\s*/?>"
    r"|^[ \t]*(?:`{3,}|~{3,})[ \t]*[A-Za-z0-9+#.-]{1,20}[ \t]*$"
    r"|^[ \t>]*(?:[-*+][ \t]+)*\d{1,9}[.)](?=[ \t])"
    r"|^\[TOC\]$",
    re.MULTILINE,
)


def unseen(text: str) -> int:
    """Return how many letters, digits and characters of `text` its readers do not see.

    >>> [unseen(each) for each in ("# 一、通知", "正文<!-- 起草人张三 -->", '[附件](/a "李四")', "1. 甲")]
    [0, 5, 2, 0]
    """
    html = to_html(text)
    shown = to_text(text) + "".join(unescape(each) for each in _ADDRESS.findall(html))
    return (_counted(unescape(_SETTING.sub(" ", text))) - _counted(shown)).total()


def _counted(text: str) -> Counter[str]:
    return Counter(each for each in text if each.isalnum())
