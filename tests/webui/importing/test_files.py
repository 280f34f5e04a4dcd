"""Which files a designer may bring along, and what is said of those of which nothing can be made."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from engine.definitions.bundle import MAX_FILE_BYTES
from tests.definitions.importing.drawings import drawing, line
from tests.engine.support import CLERK

from .conftest import Bringer, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.webui.incidents.conftest import Browser

GRANT = drawing(line('<userTask id="a"/>'))
IDLE = GRANT.replace(b'"true"', b'"false"')


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path.replace("__", "/").replace("_bpmn", ".bpmn"), content)
    return packed.getvalue()


def test_a_zip_may_have_folders_and_other_files(bringer: Bringer) -> None:
    content = zipped(flows__grant_bpmn=GRANT, README=b"read me", src__Main=b"class Main {}")

    page = bringer.bring({"all.zip": content})

    assert "2 files are no diagrams, tables or forms, and were left out" in words(page)
    assert [link.text for link in page.xpath("//*[@id='services']//a")] == ["grant"]


def test_a_folder_is_read_with_all_below_it(bringer: Bringer) -> None:
    called = drawing(line('<userTask id="a"/>'), key="check")
    main = drawing(line('<callActivity id="a" calledElement="check"/>'))

    page = bringer.bring({"flows/main.bpmn": main, "flows/parts/check.bpmn": called}, field="folder")

    assert "What became of grant" in words(page)
    assert len(page.xpath("//figure")) == 2


def test_what_could_not_be_made_is_told_with_its_file_and_the_rest_is_made(bringer: Bringer) -> None:
    eight = drawing("", namespace="http://camunda.org/schema/zeebe/1.0")
    wrong = {
        "empty.bpmn": (b"", "There is nothing in the file."),
        "picture.bpmn": (b"\x89PNG\r\n\x1a\n", "Expected well-formed XML"),
        "broken.bpmn": (GRANT[:-20], "Expected well-formed XML"),
        "eight.bpmn": (eight, "drawn for Camunda 8"),
        "idle.bpmn": (IDLE, "No process in it is to be carried out."),
        "twice.bpmn": (GRANT, "The process grant is in another file already"),
        "alone.form": (b"{}", "No task names this form"),
    }

    page = bringer.bring({"a.bpmn": GRANT, **{name: content for name, (content, _told) in wrong.items()}})

    rows = [row.text_content().strip() for row in page.xpath("//*[@id='lost']//tbody/tr")]
    assert len(rows) == len(wrong)
    for name, (_content, told) in wrong.items():
        (row,) = [row for row in rows if row.startswith(name)]
        assert told in row
    assert page.xpath("//*[@id='services']//a")[0].text == "grant"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("picture.png", b"\x89PNG", "Expected files that end in .bpmn"),
        ("half.zip", zipped(grant_bpmn=GRANT)[:-30], "The file is no zip, or no whole one."),
        (
            "bomb.zip",
            zipped(grant_bpmn=bytes(MAX_FILE_BYTES + 1)),
            "Expected at most 300 files of at most 5 MB",
        ),
    ],
)
def test_files_that_cannot_be_read_at_all_are_told_and_what_was_chosen_stays(
    bringer: Bringer, name: str, content: bytes, told: str
) -> None:
    page = bringer.bring({name: content}, status=422, language="zh")

    assert told in words(page)
    assert [one.get("value") for one in page.xpath("//select/option[@selected]")] == ["clerk", "zh"]


def test_a_group_that_is_not_there_is_refused(bringer: Bringer) -> None:
    page = bringer.bring({"a.bpmn": GRANT}, status=422, group="nobody")

    assert "Expected a group among" in words(page)


def test_nothing_chosen_is_told(bringer: Bringer) -> None:
    assert "Expected files that end in" in words(bringer.bring({}, status=422))


def test_only_designers_bring_diagrams_along(browse: Callable[..., Browser]) -> None:
    browser = browse(CLERK)

    browser.get("/import/", 403)
    browser.post("/import/", 403, group="clerk")
    browser.get(f"/import/{'0' * 32}/", 403)
    browser.get(f"/import/{'0' * 32}/grant/files.zip", 403)


def test_a_report_that_is_no_longer_kept_leads_back_to_the_form(bringer: Bringer) -> None:
    page = bringer.get(f"/import/{'0' * 32}/grant", 422)

    assert "kept for an hour" in words(page)
    assert page.xpath("//input[@name='files']")


def test_a_service_or_diagram_that_was_not_made_is_not_found(bringer: Bringer) -> None:
    page = bringer.bring({"a.bpmn": GRANT})
    (address,) = page.xpath("//section[@id='check']//form/@action")

    bringer.get(f"{address}_not", 404)
    bringer.get(f"{address}/diagrams/other.bpmn", 404)


def test_a_diagram_alone_under_upload_a_version_is_told_where_to_go(bringer: Bringer) -> None:
    data = {"zip": (io.BytesIO(GRANT), "grant.bpmn")}

    page = bringer.follow(bringer.client.post("/definitions/-/check", data=data), 422)

    assert "bring it under “Bring diagrams along”" in words(page)
    assert page.xpath("//a[@href='/import/']")
