"""A service's files as a designer changed them: with slips, mended, with another name for a step."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.definitions.importing.drawings import drawing, line

ROOT = Path(__file__).resolve().parents[2]
KEY, STORY = "minimum_living_allowance", "grant"


def folder(change: Callable[[str, bytes], bytes]) -> bytes:
    """Zip the service's own folder with one of its stories, without shared parts; change: what to write otherwise."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((ROOT / "processes" / KEY).rglob("*")):
            if path.is_file() and (path.parent.name != "scenarios" or path.stem == STORY):
                name = path.relative_to(ROOT / "processes").as_posix()
                archive.writestr(name, change(name, path.read_bytes()))
    return packed.getvalue()


def broken(name: str, content: bytes) -> bytes:
    """Three slips: a form that is not there, an expression that ends too early, broken JSON."""
    if name.endswith(f"{KEY}.bpmn"):
        content = content.replace(b'limit="= promise_term"', b'limit="= promise_term +"')
        return content.replace(b'linbang:form="application"', b'linbang:form="no_such_form"')
    return content + b"}" if name.endswith("payment.form.json") else content


def foreign() -> bytes:
    """A diagram of another engine: one task with somebody to do it, drawn."""
    shape = '<dc:Bounds xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" x="200" y="80" width="100" height="80"/>'
    plane = (
        f'<d:BPMNPlane bpmnElement="grant"><d:BPMNShape bpmnElement="a">{shape}</d:BPMNShape></d:BPMNPlane>'
    )
    drawn = f'<d:BPMNDiagram xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI">{plane}</d:BPMNDiagram></definitions>'
    task = '<userTask id="a" name="Check" x:assignee="${initiator}" x:dueDate="P5D"/>'
    return drawing(line(task)).replace(b"</definitions>", drawn.encode())


def mended(name: str, content: bytes) -> bytes:
    """A longer promise, and another word in English."""
    if name.endswith(f"{KEY}.bpmn"):
        content = content.replace(b'limit="= promise_term"', b'limit="15 WD"')
    if name.endswith("texts.en.yaml"):
        content = content.replace(b"Check holder and number", b"Check the holder and the number")
    return content


def renamed(name: str, content: bytes) -> bytes:
    """Another name for a step, as the diagram writes it."""
    return mended(name, content).replace("核拨首月保障金".encode(), "核拨保障金".encode())
