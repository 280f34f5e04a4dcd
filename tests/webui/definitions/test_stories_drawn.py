"""What stories cover, as a folder of drawings and one page, to be read and printed without a browser's script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree, html

from engine.definitions import Bundle, compile_bundle
from engine.scenarios import record_of, run_service
from tests.engine.bundles import GROUPS
from tests.engine.decisions.conftest import decision, definitions, table
from tests.engine.scenarios.proved import FAILS, GOES_WELL, two_ways
from webui.drawings import write_book
from webui.drawings.layout import read_layout
from webui.drawings.words import lines_of

if TYPE_CHECKING:
    from pathlib import Path

PLACES = {"begin": 100, "ask": 200, "which": 400, "done": 520, "other": 640}
SHAPES = "".join(
    f'<di:BPMNShape bpmnElement="{key}"><dc:Bounds x="{x}" y="80" width="60" height="60"/></di:BPMNShape>'
    for key, x in PLACES.items()
)
EDGE = (
    '<di:BPMNEdge bpmnElement="another_way"><i:waypoint x="425" y="140"/><i:waypoint x="425" y="300"/>'
    '<i:waypoint x="670" y="300"/></di:BPMNEdge>'
)
PLANE = (
    '<di:BPMNDiagram xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:i="http://www.omg.org/spec/DD/20100524/DI"><di:BPMNPlane bpmnElement="t">%s</di:BPMNPlane></di:BPMNDiagram>'
)
RULES = definitions(decision("size", table([["< 60", '"<b>"'], [">= 60", '"old"']], input_type="number")))


def drawn_service(*stories: str) -> Bundle:
    service = two_ways(*stories, **{"rules.dmn": RULES})
    plane = (PLANE % (SHAPES + EDGE)).encode()
    drawn = service.files["t.bpmn"].replace(b"</bpmn:definitions>", plane + b"</bpmn:definitions>")
    named = service.files["texts.zh.yaml"].replace(b"t: t", "t: 两条路".encode())
    return Bundle("t", {**service.files, "t.bpmn": drawn, "texts.zh.yaml": named})


def book(folder: Path, *stories: str) -> Path:
    service = drawn_service(*stories)
    definition, problems = compile_bundle(service, GROUPS)
    assert definition is not None, problems
    record = record_of(*run_service(service, definition, GROUPS))
    return write_book(folder / "drawn", [(definition, record)], "en")


def test_a_drawing_says_how_many_stories_passed_and_marks_what_none_did(tmp_path: Path) -> None:
    folder = book(tmp_path, GOES_WELL, GOES_WELL).parent

    drawing = etree.parse(folder / "t-t.svg")

    words = [one.text for one in drawing.iter("{*}text")]
    assert words.count("✓ 2") == 4  # begin, ask, which, done
    assert words.count("✗") == 3  # other, the flow that leads there, and what the sign means
    assert "no story passes here" in words
    assert "没有情景经过" in words


def test_one_page_leads_to_all_drawings_and_shows_rules_that_never_hit(tmp_path: Path) -> None:
    page = html.fromstring(book(tmp_path, GOES_WELL, FAILS).read_bytes())

    assert page.xpath("//img/@src") == ["t-t.svg"]
    assert not page.xpath("//script")
    assert [one.text for one in page.xpath("//td[@class='never']")] == ["✗ 从未 · never"] * 2
    assert '"<b>"' in [one.text for one in page.xpath("//td/code")]
    assert "scenarios/story1.yaml" in page.text_content()


def test_what_has_no_place_is_left_out() -> None:
    misplaced = drawn_service().files["t.bpmn"].replace(b'y="80"', b'y="nan"')

    for content in (b"<broken", two_ways().files["t.bpmn"], misplaced):
        assert not read_layout(content, "t.bpmn").shapes


def test_names_are_broken_between_words_and_chinese_signs() -> None:
    assert lines_of("Tell the refusal", 60, 12, 3) == ["Tell the", "refusal"]
    assert lines_of("告知不予确认", 40, 12, 3) == ["告知不", "予确认"]
    assert lines_of("one two three four", 30, 12, 2) == ["one", "tw…"]
