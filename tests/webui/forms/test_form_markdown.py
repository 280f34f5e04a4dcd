import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from webui.forms.markdown import to_html


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\ntwo\n\nthree", "<p>one<br>two</p>\n<p>three</p>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("## Title", "<h3>Title</h3>"),
        ("**strong** and *stress*", "<p><strong>strong</strong> and <em>stress</em></p>"),
        (
            "[a](https://example.org/?a=1&b=2)",
            '<p><a href="https://example.org/?a=1&amp;b=2" rel="noopener noreferrer">a</a></p>',
        ),
        ("", ""),
    ],
)
def test_it_knows_a_few_signs(text, expected):
    assert to_html(text) == expected


@pytest.mark.parametrize(
    "text", ["[a](javascript:alert(1))", '[a](https://x" onclick="y)', "[a](http://example.org)"]
)
def test_it_makes_no_link_of_other_addresses(text):
    assert "<a" not in to_html(text)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=("C",)) | st.sampled_from("<>\"'&*[]()#-\n"), max_size=60))
def test_it_makes_no_tag_but_its_own(text):
    tree = html.fragment_fromstring(to_html(text), create_parent="div")
    assert {element.tag for element in tree.iter()} <= {
        "div",
        "p",
        "br",
        "ul",
        "ol",
        "li",
        "h3",
        "strong",
        "em",
        "a",
    }
    assert {name for element in tree.iter() for name in element.attrib} <= {"href", "rel"}
