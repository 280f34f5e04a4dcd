"""Letters include other letters of their own version, and nothing else of the machine."""

from __future__ import annotations

import pytest
from jinja2 import TemplateNotFound

from engine.definitions import Bundle
from webui.letters import _environment

FILES = {
    "letters/notice.html": b"<p>{{ text }}</p>{% include 'remedy.html' %}",
    "shared/letters/remedy.html": b"<p>Shared remedy, {{ name }}</p>",
    "texts.zh.yaml": b"secret: 1",
}


def rendered(**more: bytes) -> str:
    files = FILES | {f"letters/{name.replace('__', '.')}": content for name, content in more.items()}
    return _environment(Bundle("t", files)).get_template("notice.html").render(text="Hello", name="<Wang>")


def test_a_shared_letter_is_found() -> None:
    assert rendered() == "<p>Hello</p><p>Shared remedy, &lt;Wang&gt;</p>"


def test_the_service_s_own_letter_comes_first() -> None:
    assert rendered(remedy__html=b"Own") == "<p>Hello</p>Own"


@pytest.mark.parametrize(
    "name", ["none.html", "../texts.zh.yaml", "/etc/passwd", "../../shared/letters/remedy.html"]
)
def test_nothing_outside_of_the_letters_can_be_included(name: str) -> None:
    with pytest.raises(TemplateNotFound):
        rendered(notice__html=f"{{% include '{name}' %}}".encode())


def test_two_versions_of_a_letter_do_not_mix() -> None:
    """Given two bundles with letters of one name, when both are rendered, then each says its own."""
    assert [rendered(remedy__html=words) for words in (b"one", b"two")] == [
        "<p>Hello</p>one",
        "<p>Hello</p>two",
    ]
