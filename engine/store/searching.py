"""How lists find cases by what somebody types: part of the case number or of the name."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_

from engine.store import schema as s


def case_matches(text: str) -> ColumnElement[bool]:
    """Give the condition that a case's number or title holds the text, whatever signs are in it."""
    literal = text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    case = s.process_instance.c
    return or_(*(column.ilike(f"%{literal}%", escape="\\") for column in (case.business_key, case.title)))
