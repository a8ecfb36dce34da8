"""Markdown becomes structure and nothing else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kit.markdown import to_html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# 一、总体要求", '<h1 id="_1">一、总体要求</h1>'),
        ("正文**要点**", "<p>正文<strong>要点</strong></p>"),
        ("1. 甲\n2. 乙", "<ol>\n<li>甲</li>\n<li>乙</li>\n</ol>"),
        ("```\na < b\n```", '<pre tabindex="0"><code>a &lt; b\n</code></pre>'),
        ("[清单](/items/)", '<p><a href="/items/" rel="nofollow">清单</a></p>'),
        (
            "[公报](https://example.org/a?b=1&c=2)",
            '<p><a href="https://example.org/a?b=1&amp;c=2" rel="nofollow">公报</a></p>',
        ),
        (
            "| 甲 | 乙 |\n| --- | --- |\n| 1 | 2 |",
            (
                '<table tabindex="0">\n<thead>\n<tr>\n'
                '<th scope="col">甲</th>\n<th scope="col">乙</th>\n</tr>\n</thead>\n'
                "<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>"
            ),
        ),
    ],
)
def test_structure_survives(text: str, html: str) -> None:
    found = to_html(text)

    assert found == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<script>alert(1)</script>", ""),
        ("正文<script src=//evil.example></script>", "<p>正文</p>"),
        ("<style>p {}</style><iframe src=x></iframe>", "\n"),
        ("<b onclick=alert(1)>粗</b>", "<p>粗</p>"),
        ("<em onclick=alert(1) style='color:red' class=x>斜</em>", "<p><em>斜</em></p>"),
        ("<img src=x onerror=alert(1)>", "<p></p>"),
        ("<svg/onload=alert(1)>图", "<p>图</p>"),
        ('<h2 id="a" onmouseover="alert(1)">题</h2>', '<h2 id="a">题</h2>'),
        ("[甲](javascript:alert(1))", '<p><a rel="nofollow">甲</a></p>'),
        ("[甲](JaVaScript:alert(1))", '<p><a rel="nofollow">甲</a></p>'),
        ("[甲](java&#10;script:alert(1))", '<p><a rel="nofollow">甲</a></p>'),
        ("[甲](&#106;avascript:alert(1))", '<p><a rel="nofollow">甲</a></p>'),
        ("[甲][1]\n\n[1]: vbscript:x", '<p><a rel="nofollow">甲</a></p>'),
        ("<a href='data:text/html,x'>甲</a>", '<p><a rel="nofollow">甲</a></p>'),
        ("![图](javascript:alert(1))", "<p></p>"),
        ("<!-- 内部意见 -->正文", "\n<p>正文</p>"),
        ("`<script>`", "<p><code>&lt;script&gt;</code></p>"),
    ],
)
def test_what_could_run_is_taken_out(text: str, html: str) -> None:
    found = to_html(text)

    assert found == html


def test_a_header_cell_in_an_attribute_stays_text() -> None:
    """What is set on header cells is set by the sanitiser, not on its outcome."""
    found = to_html('[甲](/x "<th onmouseover=alert(1) ")')

    assert found == (
        '<p><a href="/x" title="&lt;th onmouseover=alert(1)" rel="nofollow">甲</a></p>'
    )


PIECES = st.sampled_from(
    ["<", ">", '"', "'", "<script>", "<th", "</p>", " onload=x", "[a](", ")", "javascript:", "`", "\n",
     "&#106;", "|", "---", "# ", "甲"]
)  # fmt: skip


@given(text=st.lists(PIECES, max_size=15).map("".join) | st.text(max_size=40))
def test_no_text_brings_in_script(text: str) -> None:
    found = to_html(text)

    tags = re.findall(r"<[^>]*>", found)
    assert [
        tag for tag in tags if re.search(r"script|\son\w+\s*=|style=", outside_quotes(tag))
    ] == []
    assert re.findall(r'href="\s*(?:javascript|vbscript|data):', found) == []


def outside_quotes(tag: str) -> str:
    return re.sub(r'"[^"]*"', '""', tag)
