"""What a designer sees of diagrams that were brought along: what needs a hand, where, and the way on."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from tests.definitions.importing.drawings import drawing, line

from .conftest import Bringer, words

if TYPE_CHECKING:
    import pytest

    from tests.engine.support import World

ASSIGNED = '<userTask id="a" name="Check" x:assignee="${initiator}" x:dueDate="P5D"/>'
SHAPES = (
    '<d:BPMNDiagram xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI"><d:BPMNPlane bpmnElement="grant">'
    '<d:BPMNShape bpmnElement="a"/></d:BPMNPlane></d:BPMNDiagram></definitions>'
)


def drawn() -> bytes:
    """A diagram with a shape of its task."""
    return drawing(line(ASSIGNED)).replace(b"</definitions>", SHAPES.encode())


def rows(page: Any, part: str) -> list[str]:
    found = page.xpath(f"//*[@id='{part}']//tbody/tr")
    return [" ".join(row.text_content().split()) for row in found]


def test_what_needs_a_hand_is_told_with_its_place_and_marked_on_the_diagram(bringer: Bringer) -> None:
    page = bringer.bring({"grant.bpmn": drawn()})

    assert any(
        row.startswith("grant.bpmn:4 Checka assignee ${initiator}: everybody")
        for row in rows(page, "by-hand")
    )
    (link,) = page.xpath("//*[@id='by-hand']//a[@data-element='a'][1]")[:1]
    (figure,) = page.xpath(f"//figure[@id='{link.get('href')[1:]}']")
    assert json.loads(figure.get("data-facts"))["overdue"] == ["a"]
    assert b'id="a"' in bringer.client.get(figure.get("data-diagram")).data


def test_what_was_translated_is_folded_and_the_service_can_be_downloaded(bringer: Bringer) -> None:
    page = bringer.bring({"grant.bpmn": drawn()})

    (folded,) = page.xpath("//details[@id='translated']")
    assert folded.get("open") is None
    assert any("P5D is a clock of 5 days" in row for row in rows(page, "translated"))
    (address,) = page.xpath("//a[contains(@href, 'files.zip')]/@href")
    with zipfile.ZipFile(io.BytesIO(bringer.client.get(address).data)) as archive:
        assert {"grant/grant.bpmn", "grant/texts.zh.yaml"} <= set(archive.namelist())


def test_it_is_told_in_the_readers_language_with_the_reasons_inside(bringer: Bringer) -> None:
    bringer.get("/import/?lang=zh")
    script = '<scriptTask id="a"><script>x</script></scriptTask>'
    timer = "<timerEventDefinition><timeDuration>${now()}</timeDuration></timerEventDefinition>"
    event = f'<intermediateCatchEvent id="b">{timer}</intermediateCatchEvent>'

    page = bringer.bring({"grant.bpmn": drawing(line(script, event))})

    told = " ".join(rows(page, "by-hand"))
    assert "不执行其他语言的脚本" in told
    assert "${now()}：FEEL 没有函数 now。" in told


def test_a_service_without_errors_leads_on_to_what_differs_and_is_deployed_by_hand_only(
    world: World, bringer: Bringer
) -> None:
    page = bringer.bring({"grant.bpmn": drawn()})

    review = bringer.press(page)

    assert "Version 1" in words(review)
    assert world.runtime.catalogue.versions("grant") == []
    assert review.xpath("//form[contains(@action, '/deploy')]")


def test_a_service_with_errors_is_to_be_mended_first(bringer: Bringer) -> None:
    page = bringer.bring({"grant.bpmn": drawing(line('<serviceTask id="a" x:class="org.example.Print"/>'))})

    assert any("a" in row and "error" in row for row in rows(page, "check"))
    assert not page.xpath("//section[@id='check']//form")
    assert "java.Print" in page.xpath("//section[@id='connectors']")[0].text_content()


def test_several_services_are_listed_with_what_the_check_says_of_each(bringer: Bringer) -> None:
    other = drawing(line('<serviceTask id="a" x:class="org.example.Print"/>'), key="printing")

    page = bringer.bring({"grant.bpmn": drawn(), "printing.bpmn": other})

    good, bad = rows(page, "services")
    assert good.startswith("grant ")
    assert good.endswith("no errors")
    assert bad.startswith("printing ")
    assert bad.endswith("error")


def test_a_service_that_was_not_reached_by_the_check_is_checked_on_the_way_on(
    bringer: Bringer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.importing.judge_apart", lambda services, *_given, **_limits: [None])
    page = bringer.bring(
        {
            "grant.bpmn": drawing(
                line('<scriptTask id="a" scriptFormat="groovy"><script>x</script></scriptTask>')
            )
        }
    )
    assert "not checked yet" in words(page)

    page = bringer.press(page, status=422)

    assert any("error" in row for row in rows(page, "check"))
