"""From a folder of files to a definition that cases run on: read, mend, check, compile, version."""

from .bundle import Bundle, read_folder, read_shared, read_zip
from .compiled import Definition, compile_bundle
from .declarations import (
    DeadlineDeclaration,
    Element,
    Evidence,
    Groups,
    MessageDeclaration,
    NoticeDeclaration,
    PauseReason,
    ServiceCall,
    read_groups,
)
from .extensions import ExtensionReason, ExtensionRule
from .gate import Gate
from .shared import SHARED

__all__ = [
    "SHARED",
    "Bundle",
    "DeadlineDeclaration",
    "Definition",
    "Element",
    "Evidence",
    "ExtensionReason",
    "ExtensionRule",
    "Gate",
    "Groups",
    "MessageDeclaration",
    "NoticeDeclaration",
    "PauseReason",
    "ServiceCall",
    "compile_bundle",
    "read_folder",
    "read_groups",
    "read_shared",
    "read_zip",
]
