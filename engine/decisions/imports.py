"""The files that a DMN file imports: finds them among those beside it; opens nothing itself."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from engine.decisions.documents import NAMESPACES, Element, Problems, load

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_IMPORTS = 20  # files that one file imports
MAX_IMPORT_DEPTH = 5  # files that import each other in a row


class Library:
    """The files beside the one that is read, by name, and those that it imports, parsed once."""

    def __init__(self, beside: Mapping[str, bytes], filename: str) -> None:
        self._beside = {
            name: content for name, content in beside.items() if name != filename and name.endswith(".dmn")
        }
        self._roots: dict[str, Element | None] = {}

    def find(self, wanted: Element) -> tuple[str, Element] | None:
        """Give the name and the root of the file that an import means: by its namespace, else by its address."""
        space = wanted.get("namespace") or ""
        address = PurePosixPath(wanted.get("locationURI") or "-").name
        names = sorted(self._beside, key=lambda name: (PurePosixPath(name).name != address, name))
        roots = ((name, self._root(name)) for name in names)
        return next(((name, root) for name, root in roots if namespace_of(root) == space), None)

    def _root(self, name: str) -> Element | None:
        """Parse a file, once; what is wrong with it is said where it is read itself."""
        if name not in self._roots:
            self._roots[name] = load(self._beside[name], Problems(name))
        return self._roots[name]


def is_dmn(element: Element) -> bool:
    """Tell whether an import is one of another DMN file; others bring schemas or models of other languages."""
    return (element.get("importType") or "") in NAMESPACES


def namespace_of(root: Element | None) -> str | None:
    """Give the namespace that a file says it defines."""
    return None if root is None else root.get("namespace")
