"""What is wrong in a file of a service: one record that all its readers share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a designer has to mend, or should know.

    file: name as the designer knows it. line, column: counted from 1. element: id in the diagram or the table.
    code: stable, for programs. hint: how to mend it, a sentence. name: what the element is called where it
    stands. Message and hint may be a `Sentence`, so that they can be said in another language.
    """

    file: str
    line: int | None
    element: str | None
    code: str
    severity: Literal["error", "warning"]
    message: str
    hint: str = ""
    column: int | None = None
    name: str = ""
