"""HTML becomes the text that it shows, and whatever is no HTML stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.markup import plain_text


@pytest.mark.parametrize(
    "text",
    [
        "a < b && c > d",
        "if x<i and j>k",
        "Map<String, List<T>>",
        "the <details> element",
        "Ada <ada@example.org>",
        "I <3 this",
        "AT&T",
        "https://example.org/?a=1&copy=2",
        "<- back | next ->",
    ],
)
def test_plain_text_stays(text: str) -> None:
    assert plain_text(text) == text


@pytest.mark.parametrize(
    ("marked", "shown"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("one<br/>two", "one\ntwo"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("<td>a</td><td>b</td>", "a b"),
        ("a <b>bold</b>&nbsp;word", "a bold word"),
        ("<div style='content: \">\"'>x</div>", "x"),
        ("<!-- hidden <b>y</b> -->x<p>", "x"),
        ("<style>p { color: red }</style>x<SCRIPT src=a>alert('</p>')</SCRIPT >", "x"),
        ("x<script>never closed", "x"),
        ("<svg onload=alert(1)><text>t</text></svg>x", "x"),
        ("<![CDATA[<i>x</i>]]>", "x"),
        ("Caf&eacute; &#8211; &#x1F600;", "Café \u2013 😀"),
        ("It&amp;#039;s", "It's"),
        ("&lt;p&gt;Escaped &amp;amp; sent&lt;/p&gt;", "Escaped & sent"),
        ("write &lt;p&gt;", "write <p>"),
        ("<p>1 < 2 and Vec<T></p>", "1 < 2 and Vec<T>"),
        ("<o:p></o:p><my-tag>x</my-tag></p>", "x"),
    ],
)
def test_markup_becomes_text(marked: str, shown: str) -> None:
    assert plain_text(marked) == shown


@given(st.text(st.characters(blacklist_characters="<&")))
def test_text_without_markup_is_never_touched(text: str) -> None:
    assert plain_text(text) == text


@given(st.lists(st.sampled_from(["<", ">", "<p", "</p>", "'", '"', "<!--", "-->", "<script>", "&amp;", "x ", "="])))
def test_any_pieces_of_markup_become_text(pieces: list[str]) -> None:
    assert isinstance(plain_text("".join(pieces)), str)
