"""A designer changes a service by its files: sees every problem, sees what differs, deploys, and goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import FilePayload, expect

from engine.definitions import read_folder

from .edits import KEY, ROOT, broken, folder, mended, renamed

if TYPE_CHECKING:
    from .desk import Desk, Office
    from .running import Server

NOTE = "The survey may take longer"
PLAYED_MS = 60_000


@pytest.fixture(scope="module")
def server(own_server: Server) -> Server:
    """A server of its own, for its services change."""
    return own_server


def upload(desk: Desk, content: bytes) -> None:
    """Choose a zip; with a script that checks it at once."""
    desk.go("/definitions/")
    chosen = FilePayload(name=f"{KEY}.zip", mimeType="application/zip", buffer=content)
    desk.page.get_by_label("Zip with the folder of a service").set_input_files(chosen)


def test_it_shows_every_problem_of_a_broken_zip(town: Office) -> None:
    designer = town.desk("designer")

    upload(designer, folder(broken))

    problems = designer.page.locator("#problems tbody tr")
    expect(problems.filter(has_text="no_such_form")).to_be_visible()
    expect(problems.filter(has_text="payment.form.json")).to_be_visible()
    expect(problems.filter(has_text="promise_term")).to_be_visible()
    expect(designer.page.get_by_role("alert")).to_contain_text("was not deployed")


def test_it_deploys_what_it_showed_and_running_cases_stay(town: Office) -> None:
    clerk, designer = town.desk("clerk"), town.desk("designer")
    old = town.new_case()

    upload(designer, folder(mended))
    page = designer.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Deploy Minimum living allowance")
    main = page.locator("main")
    expect(main).to_contain_text("= promise_term → 15 working days")
    expect(main).to_contain_text("stay on the version they began with")

    stories = page.locator("#stories")
    expect(stories).to_contain_text("1 of 1 stories failed", timeout=PLAYED_MS)
    expect(stories).to_contain_text("expected promise to be due 2026-03-18T17:00, but it is 2026-03-23T17:00")

    page.get_by_label("Why this version?").fill(NOTE)
    page.get_by_label("Deploy without its stories").check()
    page.get_by_role("button", name="Deploy version 2").click()
    expect(page.locator(".notice-success")).to_contain_text("version 2 is deployed")
    expect(page.locator("tbody tr").first).to_contain_text(NOTE)

    new = town.new_case()
    designer.go(f"/definitions/{KEY}")
    versions = page.get_by_role("table", name="Versions, the newest first")
    counts = versions.locator("td.is-number").all_inner_texts()
    assert [count.strip() for count in counts] == ["1", "1"]
    reviewer = town.unseen("reviewer")
    for case in (old, new):
        reviewer.do("Check the papers", case, {"Result": "Complete: accept"})
    expect(clerk.case(new).locator("summary", has_text="15 working days")).to_be_visible()
    expect(clerk.case(old).locator("summary", has_text="15 working days")).to_have_count(0)


def test_an_earlier_version_is_downloaded_byte_for_byte(town: Office) -> None:
    designer = town.desk("designer")
    designer.go(f"/definitions/{KEY}")

    with designer.page.expect_download() as waiting:
        designer.page.get_by_role("link", name="Download version 1").click()
    content = waiting.value.path().read_bytes()

    assert content == read_folder(ROOT / "processes" / KEY).to_zip()
    upload(designer, content)
    expect(designer.page.locator("main")).to_contain_text("These are the files of version 1.")
    upload(designer, folder(mended))
    expect(designer.page.locator("main")).to_contain_text("There is nothing to deploy")


def test_a_link_of_the_list_leads_to_the_element(town: Office) -> None:
    designer = town.desk("designer")

    upload(designer, folder(renamed))

    page = designer.page
    expect(page.locator("[data-diagram][data-state=ready]").first).to_be_visible()
    page.get_by_role("link", name="Start the payment").first.click()
    expect(page.locator('[data-element-id="start_payment"].is-pointed')).to_be_visible()


def test_a_zip_that_is_dropped_is_checked(town: Office) -> None:
    designer = town.desk("designer")
    designer.go("/definitions/")
    drop = designer.page.evaluate_handle(
        "(bytes) => { const dropped = new DataTransfer();"
        " dropped.items.add(new File([new Uint8Array(bytes)], 'service.zip')); return dropped; }",
        list(folder(mended)),
    )

    designer.page.dispatch_event("form[data-drop]", "drop", {"dataTransfer": drop})

    expect(designer.page.locator("main")).to_contain_text("There is nothing to deploy")
