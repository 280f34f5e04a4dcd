"""Takes a picture of every page, in both languages, wide and narrow, into a folder.

Not a test: `python -m tests.e2e.pictures FOLDER` for eyes to judge what no rule can.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from .browser import started
from .desk import NARROW, WIDE, Office
from .running import fill, running
from .walk import BEGINS, walk

SIZES = {"wide": WIDE, "narrow": NARROW}


def main() -> None:
    """Fill a demo, walk through it, take pictures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--scheme", choices=("light", "dark"), default="light")
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        running(fill(Path(data), begins=BEGINS, cases=wanted.cases), begins=BEGINS) as server,
        started() as browser,
    ):
        office = Office(browser, server)
        for language in ("en", "zh"):
            for size, viewport in SIZES.items():
                desk = office.new_desk(viewport=viewport, color_scheme=wanted.scheme)
                for name in walk(desk, language, server.sights):
                    desk.page.wait_for_load_state("networkidle")
                    path = wanted.folder / f"{name}-{language}-{size}.png"
                    desk.page.screenshot(path=path, full_page=True)
                desk.context.close()
        for complaint in office.said:
            print(complaint)


if __name__ == "__main__":
    main()
