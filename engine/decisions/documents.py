"""DMN files as XML: reads them without DTD, entities or network; knows the versions of the standard."""

from __future__ import annotations

from typing import Any

from lxml import etree

from engine.problems import Problem
from engine.sentences import Sentence

MAX_BYTES = 2 * 1024 * 1024
NAMESPACES = {
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}

Element = Any  # lxml has no types


class Problems:
    """Collects what is wrong in one file."""

    def __init__(self, filename: str) -> None:
        self.filename = filename
        self.found: list[Problem] = []

    def add(
        self, code: str, message: str, hint: str = "", *, at: Element = None, line: int | None = None
    ) -> None:
        """Note an error at an element; its id is its own, or that of the nearest element around it."""
        self.found.append(
            Problem(
                file=self.filename,
                line=line if line is not None else (None if at is None else at.sourceline),
                element=None if at is None else nearest_id(at),
                code=code,
                severity="error",
                message=message,
                hint=hint,
            )
        )


def nearest_id(element: Element) -> str | None:
    """Give the id of the element, or of the nearest one around it that has one."""
    while element is not None:
        found = element.get("id")
        if found:
            return str(found)
        element = element.getparent()
    return None


def load(xml: bytes, problems: Problems) -> Element | None:
    """Give the `definitions` of a file, or None with the problem noted."""
    if len(xml) > MAX_BYTES:
        problems.add(
            "dmn_too_large",
            Sentence(
                "Expected at most {most} bytes, but the file has {count}.",
                most=MAX_BYTES,
                count=len(xml),
            ),
            "Split the file: one decision and what it requires is enough.",
        )
        return None
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        problems.add(
            "dmn_xml",
            Sentence("Expected XML, but: {reason}", reason=error.msg),
            "Open and save it in a DMN editor.",
            line=error.lineno,
        )
        return None
    if root.getroottree().docinfo.doctype:
        problems.add(
            "dmn_doctype", "Expected no DOCTYPE, but the file has one.", "Take the DOCTYPE out.", line=1
        )
        return None
    name = etree.QName(root)
    if name.localname != "definitions" or name.namespace not in NAMESPACES:
        versions = ", ".join(sorted(NAMESPACES.values()))
        problems.add(
            "dmn_version",
            Sentence(
                "Expected `definitions` of DMN {versions}, but found {name} of {namespace}.",
                versions=versions,
                name=name.localname,
                namespace=name.namespace,
            ),
            "Save it with an editor of DMN 1.3.",
            at=root,
        )
        return None
    return root


def children(element: Element, *names: str) -> list[Element]:
    """Give the children of these local names in the file's own DMN namespace."""
    space = etree.QName(element.getroottree().getroot()).namespace
    wanted = {f"{{{space}}}{name}" for name in names}
    return [child for child in element if child.tag in wanted]


def child(element: Element, *names: str) -> Element | None:
    """Give the first child of these local names, or None."""
    found = children(element, *names)
    return found[0] if found else None


def kind(element: Element) -> str:
    """Give the local name."""
    return str(etree.QName(element).localname)


def text_of(element: Element) -> str:
    """Give what stands in the `text` inside the element."""
    text = child(element, "text")
    return "" if text is None else "".join(text.itertext()).strip()


def type_ref(element: Element) -> str | None:
    """Give the type that an element names, without the prefix of older editors; None when it names none."""
    reference = element.get("typeRef")
    if reference is None:
        inner = child(element, "typeRef")
        reference = None if inner is None else "".join(inner.itertext()).strip()
    return str(reference).removeprefix("feel:") if reference else None
