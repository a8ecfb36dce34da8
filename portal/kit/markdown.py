"""Markdown to HTML, always sanitised."""

from html import unescape

import markdown
import nh3

_TAGS = {
    "h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "ul", "ol", "li", "strong", "em", "code",
    "pre", "blockquote", "table", "thead", "tbody", "tr", "th", "td", "a", "sup", "sub", "del",
}  # fmt: skip


def to_html(text: str, *, contents: bool = True) -> str:
    """Return `text` as HTML with only structural tags; links to http(s) and own pages survive.

    `contents`: a table of contents stands where the text says so.
    """
    html = _converter(contents=contents).convert(text)
    attributes = {"a": {"href"}, "th": {"align"}, "td": {"align"}}
    attributes |= {f"h{level}": {"id"} for level in range(1, 7)}
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=attributes,
        #: Tables have their headers in the first row; what scrolls sideways can be reached by keyboard.
        set_tag_attribute_values={
            "th": {"scope": "col"},
            "pre": {"tabindex": "0"},
            "table": {"tabindex": "0"},
        },
        url_schemes={"http", "https"},
        link_rel="nofollow",
    )


def defined_apart(text: str) -> str:
    """Return labels and addresses of links that are defined elsewhere than they stand: no reader sees a label."""
    converter = _converter(contents=True)
    converter.convert(text)
    return " ".join(f"{label} {address}" for label, (address, _) in converter.references.items())


def _converter(*, contents: bool) -> markdown.Markdown:
    return markdown.Markdown(
        extensions=["tables", "fenced_code", "sane_lists", "toc"],
        extension_configs={"toc": {"marker": "[TOC]" if contents else ""}},
    )


def to_text(text: str, *, contents: bool = True) -> str:
    """Return what a reader sees of `text`: no marks of emphasis, entities as the characters they stand for.

    Cells of a table stay apart.

    >>> to_text("张**三**丰，1&#51;8")
    '张三丰，138'
    """
    return without_tags(to_html(text, contents=contents))


def without_tags(html: str) -> str:
    """Return the text of what `to_html` made."""
    apart = html.replace("</td>", "|</td>").replace("</th>", "|</th>")
    return unescape(nh3.clean(apart, tags=set()))
