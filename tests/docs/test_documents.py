"""What the documents say is so."""

from __future__ import annotations

import re
from pathlib import Path

from engine.definitions import structure
from engine.scenarios.expectations import _CHECKS
from webui.cli import main

ROOT = Path(__file__).resolve().parents[2]


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_every_setting_is_documented() -> None:
    """Every variable that any of the code reads stands in the operator's page, and no other."""
    sources = [file for room in ("engine", "connectors", "webui") for file in (ROOT / room).rglob("*.py")]
    read = {name for file in sources for name in re.findall(r'"(LINBANG_\w+|PORT)"', file.read_text("utf-8"))}
    documented = set(re.findall(r"`(LINBANG_\w+|PORT)`", text("docs/OPERATING.md")))

    assert documented == read


def test_every_command_is_documented() -> None:
    page = text("docs/OPERATING.md")

    assert [name for name in main.commands if f"`linbang {name}" not in page] == []


def test_every_attribute_and_element_of_a_diagram_is_in_the_format() -> None:
    """What the gate knows and what designers read are the same list."""
    page = text("processes/FORMAT.md")
    documented = set(re.findall(r"`linbang:(\w+)`", page))

    assert set(structure._KNOWN_ATTRIBUTES) <= documented
    assert {name for name in structure._KNOWN_ELEMENTS if f"<linbang:{name}" not in page} == set()


def test_every_expectation_of_a_story_is_in_the_format() -> None:
    page = text("processes/FORMAT.md")
    chapter = page[page.index("## 9. Scenarios") : page.index("## 10.")]

    assert [name for name in _CHECKS if not re.search(rf"\b{name}\b", chapter)] == []


def test_the_readme_names_the_two_commands() -> None:
    readme = text("README.md")

    assert "make demo" in readme
    assert "make test" in readme


def test_links_between_documents_lead_somewhere() -> None:
    for page in (ROOT / "README.md", ROOT / "processes" / "FORMAT.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} → {target}"
