"""From a folder of files to a definition that cases run on: read, mend, check, compile, version."""

from .bundle import Bundle, read_folder, read_zip
from .compiled import Definition, compile_bundle
from .declarations import DeadlineDeclaration, Element, Groups, PauseReason, read_groups

__all__ = [
    "Bundle",
    "DeadlineDeclaration",
    "Definition",
    "Element",
    "Groups",
    "PauseReason",
    "compile_bundle",
    "read_folder",
    "read_groups",
    "read_zip",
]
