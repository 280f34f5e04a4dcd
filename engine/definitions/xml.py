"""Reads XML from strangers: no document type, no entities, no network, bounded in size and depth."""

from __future__ import annotations

from lxml import etree

from engine.problems import Problem
from engine.sentences import Sentence

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
LINBANG = "urn:linbang:bpmn:1"
NS = {"bpmn": BPMN, "spiffworkflow": SPIFF, "linbang": LINBANG}
B = f"{{{BPMN}}}"
L = f"{{{LINBANG}}}"
S = f"{{{SPIFF}}}"

MAX_DEPTH = 60
MAX_NODES = 50_000


def read_xml(content: bytes, filename: str) -> tuple[etree._Element | None, list[Problem]]:
    """Parse, and say what is wrong instead of raising."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as exc:
        line = exc.lineno or None
        return None, [
            _problem(
                filename,
                line,
                "xml_broken",
                Sentence("Expected well-formed XML, but {reason}.", reason=exc.msg),
            )
        ]
    if root.getroottree().docinfo.doctype:
        return None, [
            _problem(filename, 1, "xml_doctype", "Expected no document type declaration in the file.")
        ]
    for count, element in enumerate(root.iter(), start=1):
        if count > MAX_NODES or sum(1 for _ in element.iterancestors()) > MAX_DEPTH:
            message = Sentence(
                "Expected at most {most} elements nested {depth} deep.",
                most=MAX_NODES,
                depth=MAX_DEPTH,
            )
            return None, [_problem(filename, element.sourceline, "xml_too_large", message)]
    return root, []


def local(element: etree._Element) -> str:
    """Give an element's name without its namespace; comments have none."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def holder_of(extension: etree._Element) -> etree._Element | None:
    """Give the element in whose `extensionElements` another stands; None for one that stands elsewhere."""
    around = extension.getparent()
    return around.getparent() if around is not None and local(around) == "extensionElements" else None


def strip_sign(text: str) -> str:
    """Give the expression without the `=` that editors put before FEEL."""
    text = text.strip()
    return text[1:].strip() if text.startswith("=") else text


def _problem(filename: str, line: int | None, code: str, message: str) -> Problem:
    return Problem(
        filename, line, None, code, "error", message, "Open the file in a BPMN editor and save it again."
    )
