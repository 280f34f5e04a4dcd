"""A designer uploads a service, sees every problem or what differs, and deploys it with a note."""

from __future__ import annotations

import io
import zipfile
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from engine.confined import Limits
from engine.definitions import Bundle, Gate
from engine.definitions.bundle import MAX_FILES
from engine.instances import StartRequest, start
from tests.engine.bundles import bundle, flow, node, script, start_and_end, user_task
from tests.engine.support import CLERK, QINGHE, SUPERVISOR, World
from webui import kept_uploads

from .conftest import DESIGNER, Designer, digest_in, service, words

if TYPE_CHECKING:
    from pathlib import Path


def broken() -> Bundle:
    """A service with an unknown group, an unreadable condition, and a task without a form."""
    asked = flow("q", "yes", "n >") + flow("q", "done")
    body = user_task("review", "nobody").replace("<bpmn:userTask", '<bpmn:userTask name="Review"')
    more = node("exclusiveGateway", "q") + node("endEvent", "yes") + asked
    return bundle(body + more + start_and_end("review", "q").replace('id="q_to_done"', 'id="other"'))


def test_it_shows_every_problem_at_once(world: World, designer: Designer) -> None:
    page = designer.upload(broken().to_zip(), status=422)

    rows = [" ".join(row.text_content().split()) for row in page.xpath("//section[@id='problems']//tbody/tr")]
    assert any("t.bpmn:" in row and "Reviewreview" in row and "group_unknown" in row for row in rows)
    assert any("expression_broken" in row and "Write it in FEEL" in row for row in rows)
    assert world.runtime.catalogue.versions("t") == []


def test_a_problem_is_told_in_the_readers_language_with_its_place(world: World, designer: Designer) -> None:
    """File, line, column, name and id stand as they are; what is wrong and how to mend it is Chinese."""
    designer.get("/definitions/?lang=zh")

    page = designer.upload(broken().to_zip(), status=422)

    (row,) = [one for one in page.xpath("//tbody/tr") if "没有“nobody”这个组" in one.text_content()]
    assert "t.bpmn:1:346" in row.text_content()
    assert "Reviewreview" in "".join(row.text_content().split())
    assert "可用的有" in row.text_content()


def test_an_upload_that_reaches_a_limit_is_told_so_and_the_server_goes_on(
    world: World, designer: Designer
) -> None:
    world.runtime.catalogue.gate = Gate(Limits(processor_s=1))
    ids = [f"s{number}" for number in range(12_000)]
    long = bundle("".join(script(name, "{}") for name in ids) + start_and_end(*ids))

    page = designer.upload(long.to_zip(), status=422)

    assert "limit_processor" in words(page)
    assert "at most 1 s of the processor" in words(page)
    world.runtime.catalogue.gate = Gate()
    assert "Version 1" in words(designer.upload(service().to_zip()))


def test_errors_come_before_warnings(world: World, designer: Designer) -> None:
    extra = b"service: {name: t}\nstrange: {a: b}\n"
    with_warning = Bundle("t", MappingProxyType({**broken().files, "texts.en.yaml": extra}))

    page = designer.upload(with_warning.to_zip(), status=422)

    kinds = [row.split()[0] for row in page.xpath("//section[@id='problems']//tbody/tr/td[4]/span[1]/text()")]
    assert kinds == sorted(kinds)
    assert set(kinds) == {"error", "warning"}


def test_it_deploys_the_first_version_of_a_service(world: World, designer: Designer) -> None:
    page = designer.upload(service().to_zip())
    assert "Version 1" in words(page)

    shown = designer.deploy(page, "the first one")

    assert "version 1 is deployed" in words(shown)
    assert "the first one" in words(shown)
    (row,) = world.runtime.catalogue.versions("t")
    assert (row.version, row.deployed_by, row.note) == (1, DESIGNER.person_id, "the first one")


def test_it_shows_what_differs_before_it_deploys(world: World, designer: Designer) -> None:
    world.deploy(service())

    page = designer.upload(service("15 WD").to_zip())

    text = words(page)
    assert "compared with version 1" in text
    assert "limit" in text
    assert "12 working days → 15 working days" in text
    assert len(world.runtime.catalogue.versions("t")) == 1


def test_running_cases_stay_on_their_version_and_new_ones_take_the_new_one(
    world: World, designer: Designer
) -> None:
    world.deploy(service())
    old = world.start()
    page = designer.upload(service("15 WD").to_zip())
    assert "The 1 that are running stay on the version they began with" in words(page)

    designer.deploy(page)

    new = start(world.runtime, CLERK, StartRequest("t", QINGHE, {"name": "Li"}))
    counts = world.runtime.catalogue.running([row.id for row in world.runtime.catalogue.versions("t")])
    assert list(counts.values()) == [1, 1]
    assert old.id != new.id


def test_the_running_files_once_more_are_nothing_to_deploy(world: World, designer: Designer) -> None:
    world.deploy(service())

    page = designer.upload(service().to_zip())

    assert "There is nothing to deploy" in words(page)
    assert page.xpath("//form[contains(@action, '/deploy')]") == []


def test_a_download_uploaded_again_is_no_change(world: World, designer: Designer) -> None:
    world.deploy(service())
    content = designer.client.get("/definitions/t/1.zip").data

    assert content == service().to_zip()
    assert "There is nothing to deploy" in words(designer.upload(content))


def test_a_folder_is_taken_as_a_zip_is(world: World, designer: Designer) -> None:
    page = designer.upload_folder({f"t/{path}": content for path, content in service().files.items()})

    assert digest_in(page) == service().digest


def test_a_note_says_why(world: World, designer: Designer) -> None:
    page = designer.upload(service().to_zip())

    again = designer.deploy(page, "why", status=422)

    assert "note of at least 5 characters" in words(again)
    assert again.xpath("//input[@name='note']/@value") == ["why"]
    assert world.runtime.catalogue.versions("t") == []


def test_who_deployed_meanwhile_is_not_overwritten(world: World, designer: Designer) -> None:
    """The difference is shown anew, to the version that is there now, and the note is kept."""
    world.deploy(service())
    page = designer.upload(service("15 WD").to_zip())
    world.deploy(service("20 WD"))

    again = designer.deploy(page, "a longer limit", status=409)

    assert "Somebody has deployed another version meanwhile" in words(again)
    assert "20 working days → 15 working days" in words(again)
    assert again.xpath("//input[@name='note']/@value") == ["a longer limit"]
    assert world.runtime.catalogue.versions("t")[0].version == 2
    designer.deploy(again, "a longer limit")
    assert world.runtime.catalogue.versions("t")[0].version == 3


def test_an_upload_is_kept_for_an_hour(
    world: World, designer: Designer, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = designer.upload(service().to_zip())
    monkeypatch.setattr(kept_uploads, "KEPT_S", -1)

    again = designer.deploy(page, status=422)

    assert "choose the file again" in words(again)


def test_uploads_do_not_fill_the_disk(world: World, designer: Designer, tmp_path: Path) -> None:
    for days in range(kept_uploads.MAX_EACH + 3):
        designer.upload(service(f"{days + 2} WD").to_zip())

    assert len(list((tmp_path / "uploads").iterdir())) == kept_uploads.MAX_EACH


def test_an_upload_is_its_own_persons(world: World, designer: Designer, browse) -> None:
    digest = digest_in(designer.upload(service().to_zip()))

    assert "choose the file again" in words(browse(SUPERVISOR).get(f"/definitions/-/{digest}", 422))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Choose a zip or a folder"),
        (b"no zip", "The file is no zip"),
        (service().to_zip()[:-40], "The file is no zip"),
    ],
)
def test_what_is_no_zip_is_refused_in_words(
    world: World, designer: Designer, content: bytes, said: str
) -> None:
    name = "t.zip" if content else ""

    assert said in words(designer.upload(content, 422, name))


def test_a_path_that_leads_outside_is_refused(world: World, designer: Designer) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../t/t.bpmn", b"x")

    assert "inside one folder" in words(designer.upload(packed.getvalue(), 422))


def test_too_many_files_are_refused(world: World, designer: Designer) -> None:
    page = designer.upload_folder({f"t/{number}.html": b"" for number in range(MAX_FILES + 5)}, 422)

    assert "at most 300 files" in words(page)


def test_a_prefix_of_case_numbers_is_given_once(world: World, designer: Designer) -> None:
    world.deploy(service())

    page = designer.upload(service(key="u").to_zip(), status=422)

    assert "case_number_taken" in words(page)


def test_only_designers_upload(world: World, designer: Designer, browse) -> None:
    other = Designer(browse(SUPERVISOR))

    assert other.get("/definitions/").xpath("//input[@type='file']") == []
    other.upload(service().to_zip(), 403)


def test_a_version_that_is_being_deployed_needs_its_token(world: World, designer: Designer) -> None:
    """Nobody deploys what another made up: the digest names what was checked."""
    page = designer.upload(service().to_zip())
    digest = digest_in(page)

    answer = designer.client.post(
        f"/definitions/-/{'0' * len(digest)}/deploy", data={"note": "made up", "onto": "0"}
    )

    assert answer.status_code == 422
    assert world.runtime.catalogue.versions("t") == []
