"""What a text carries beyond what is read on its page: nothing may hide there."""

import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.internal.demo import real
from portal.kit.markdown import to_text
from portal.kit.unseen import unseen

_FIGURES = re.compile(r"^```统计\n.*?^```\s*$", re.MULTILINE | re.DOTALL)
_SECRET = "起草人张三13800138000"


@pytest.mark.parametrize(
    "text",
    [
        "正文。<!-- {} -->",
        "正文。\n\n<!-- {}",
        "正文。</ {}>",
        "正文。<?{}?>",
        "正文。<![CDATA[{}]]>",
        '[附件](https://example.cn/a "{}")',
        "![{}](https://example.cn/a.png)",
        '<span title="{}">正文</span>',
        "正文[&nbsp;](/{})",
        "正文[**-**](https://example.cn/{})",
        '<p data-x="{}">正文</p>',
        "<script>{}</script>正文",
        "<style>.{}</style>正文",
        "<template>{}</template>",
        "[{}]: https://example.cn/unused",
        '[甲]: https://example.cn/a "{}"\n\n见[甲]。',
        "| 甲 | 乙 |\n|---|---|\n| 一 | 二 | {} |",
        '``` {{.python title="{}"}}\nx = 1\n```',
        "</p {}>正文",
        "正文<p {}",
    ],
)
def test_what_no_reader_sees_is_counted(text: str) -> None:
    """What does not work as a mark stands on the page as it is: then it is seen."""
    said = text.format(_SECRET)
    assert unseen(said) >= len(_SECRET) or _SECRET in to_text(said)


@pytest.mark.parametrize(
    "text",
    [
        "# 一、总体要求\n\n1. 甲\n2. 乙\n   - 丙\n\n> 3. 丁",
        "| 项 | 数 |\n|:--|--:|\n| 户 | 12 |",
        "见[附件](/documents/d_1?x=1&y=2)与<https://example.cn/a>。",
        "```python\nx = 1 < 2\n```",
        "H<sub>2</sub>O<br>第二行 &amp; &#24352;&nbsp;三",
        "[TOC]\n\n## 二、`代码` **加粗** ~~删去~~",
        "5 < 6，甲*乙*丙\\*",
        "[https://example.cn/a](https://example.cn/a)，[甲](/a)与[乙](/a)，写作`<br>`、&lt;br&gt;或`&amp;`",
        "# 1. 总则\n\n100. 甲\n101. 乙",
    ],
)
def test_what_everybody_sees_is_not(text: str) -> None:
    assert unseen(text) == 0


@pytest.mark.parametrize(
    "text",
    [
        "[TOC]\n\n# 一、王家湾建设\n\n# 二、国家标准\n\n<!-- 王建国 -->",
        "> [TOC]\n\n# 一、王家湾建设\n\n# 二、国家标准\n\n正文<!-- 王建国 -->",
        "见<https://example.cn/王建国>。<!-- 王建国 -->",
        "见<HTTPS://example.cn/a?王=建国>。<!-- 王建国 -->",
        "[—]: /王建国\n\n见[—]，又见[—]。<!-- 王建国 -->",
        "写作`&wang;&jian;&guo;`。<!-- wangjianguo -->",
        "写作`&ThickSpace;`。<!-- ThickSpace -->",
        "写作`<strong>`与`<blockquote>`。<!-- strong blockquote -->",
        "~~~\n```python\n~~~\n\n<!-- python -->",
        "```wangjianguo\n甲\n```",
        "13800138. 甲\n13800139. 乙",
        "正文\n138. 甲\n001. 乙\n380. 丙\n00. 丁\n\n<!-- 13800138000 -->",
        "```\n138. 甲\n001. 乙\n380. 丙\n00. 丁\n```\n\n<!-- 13800138000 -->",
        "正文\n243. 甲\n52. 乙\n\n写作&amp;#24352;<!-- 张 -->",
        f"正文\n243. \n52. &{'amp;' * 5}#24352;<!-- 张 -->",
    ],
)
def test_what_the_page_says_twice_or_quotes_hides_nothing_else(text: str) -> None:
    """Letters are counted: what is shown more often than filed would make up for what is not shown."""
    assert unseen(text) > 0


@given(st.text(alphabet="示例市检查0123 。，、（）\n", max_size=300))
def test_plain_text_hides_nothing(text: str) -> None:
    assert unseen(text) == 0


def test_the_real_documents_hide_nothing() -> None:
    texts = [
        _FIGURES.sub("", each.read_text("utf-8").split("---\n", 2)[2])
        for each in (files(real) / "documents").iterdir()
        if each.name.endswith(".md")
    ]
    assert len(texts) > 3
    assert [unseen(text) for text in texts] == [0] * len(texts)
