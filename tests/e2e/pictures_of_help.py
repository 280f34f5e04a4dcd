"""Takes the pictures of the help pages from a filled demo, in both languages: `python -m tests.e2e.pictures_of_help`.

Each is cut to what it is about and kept with few colours, so that a page of help stays light.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import FilePayload, ViewportSize

from .browser import started
from .desk import Office
from .edits import KEY, broken, folder, renamed
from .running import fill, running
from .walk import ALLOWANCE, BEGINS, unfold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator

    from .desk import Desk
    from .running import Server

TO = Path(__file__).resolve().parents[2] / "webui" / "static" / "help"
SIZE: ViewportSize = {"width": 980, "height": 900}
WIDER: ViewportSize = {"width": 1180, "height": 900}
"""For what stands side by side, and tables of many columns."""
TALLEST = 600
COLOURS = 48
CASES = 60

Shown = tuple[str, list["Locator"]]
"""A picture's name, and what is on it."""


def main() -> None:
    """Fill a demo and take all pictures, or those that are named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", help="pictures to take; all where none is named")
    wanted = parser.parse_args()
    TO.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        running(fill(Path(data), begins=BEGINS, cases=CASES), begins=BEGINS) as server,
        started() as browser,
    ):
        office = Office(browser, server)
        for language in ("en", "zh"):
            desk = office.new_desk(viewport=SIZE)
            for walk in (_caseworker, _supervisor, _designer, _operator):
                for name, parts in walk(desk, language, server):
                    if not wanted.names or name in wanted.names:
                        _take(desk, parts, TO / f"{name}.{language}.png")
            desk.context.close()


def _take(desk: Desk, parts: list[Locator], path: Path) -> None:
    """Take a picture of some parts of the page, beside or below each other."""
    desk.page.wait_for_load_state("networkidle")
    desk.page.evaluate("scrollTo(0, 0)")
    boxes = [box for box in (part.bounding_box() for part in parts) if box is not None]
    left, top = min(box["x"] for box in boxes), min(box["y"] for box in boxes)
    right = max(box["x"] + box["width"] for box in boxes)
    bottom = max(box["y"] + box["height"] for box in boxes)
    clip = {"x": left, "y": top, "width": right - left, "height": min(bottom - top, TALLEST)}
    taken = desk.page.screenshot(full_page=True, clip=clip, animations="disabled")  # type: ignore[arg-type]
    with Image.open(io.BytesIO(taken)) as picture:
        few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(path, optimize=True)


def _caseworker(desk: Desk, language: str, server: Server) -> Iterator[Shown]:
    page = desk.page
    desk.sign_in("reviewer", language=language)
    desk.inbox("groups")
    yield "inbox", [page.locator("main section.panel").first]
    page.set_viewport_size(WIDER)
    page.locator("main table tbody a[href*='/tasks/']").first.click()
    page.locator("form[action$='/claim'] button").click()
    page.wait_for_selector("form#answers")
    yield "task", [page.locator("main .page-head"), page.locator("main .columns")]
    page.set_viewport_size(SIZE)
    hand_on = page.locator("details", has=page.locator("form[action$='/delegate']"))
    hand_on.locator("summary").click()
    yield "hand-on", [hand_on]
    page.locator("form[action$='/unclaim'] button").first.click()
    desk.go("/absence")
    yield "absence", [page.locator("main aside section").first]
    desk.go(f"{ALLOWANCE}&state=active")
    page.locator("main table tbody a").last.click()
    page.wait_for_selector("[data-diagram][data-state=ready]")
    yield "answer", [page.locator("main .page-head"), page.locator("main .answer").first]
    yield "ledger", [page.locator("main details.panel", has=page.locator(".months")).first]


def _supervisor(desk: Desk, language: str, server: Server) -> Iterator[Shown]:
    page = desk.page
    desk.sign_in("supervisor", language=language)
    page.set_viewport_size(WIDER)
    desk.go("/alerts/")
    yield "alerts", [page.locator("main section.panel").first]
    page.set_viewport_size(SIZE)
    desk.go("/desk")
    page.locator("#people table").wait_for()
    yield "overview", [page.locator("main")]
    desk.go("/desk/work")
    page.locator("input[name='task']").first.check()
    yield "bulk", [page.locator("main .deeds")]


def _designer(desk: Desk, language: str, server: Server) -> Iterator[Shown]:
    page = desk.page
    desk.sign_in("designer", language=language)
    desk.go("/definitions/")
    yield "upload", [page.locator("main .stack")]
    page.set_viewport_size(WIDER)
    _upload(desk, folder(broken))
    yield "problems", [page.locator("#problems")]
    _upload(desk, folder(renamed))
    page.wait_for_selector("[data-diagram][data-state=ready]")
    yield "difference", [page.locator("main details.panel").first]
    page.set_viewport_size(SIZE)


def _operator(desk: Desk, language: str, server: Server) -> Iterator[Shown]:
    page = desk.page
    desk.sign_in("operator", language=language)
    desk.go("/incidents/")
    yield "incidents", [page.locator("main section.panel").first]
    desk.go(server.sights["incident-call"][1])
    unfold(desk)
    yield "incident", [page.locator("main")]


def _upload(desk: Desk, content: bytes) -> None:
    desk.go("/definitions/")
    file = FilePayload(name=f"{KEY}.zip", mimeType="application/zip", buffer=content)
    desk.page.locator("#zip").set_input_files(file)
    desk.page.wait_for_url("**/definitions/-/*")


if __name__ == "__main__":
    main()
