"""Reads JSON from outside with exact numbers; refuses what is no number, and what is too deep or too large to be read."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn


def read(content: bytes) -> Any:
    """Give what a JSON text says, its fractions as Decimal; raises ValueError for anything else.

    NaN and Infinity, which Python's reader takes, are no JSON.
    """
    try:
        return json.loads(content, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ArithmeticError, RecursionError) as exc:
        raise ValueError("Expected JSON with numbers and a depth that can be read") from exc


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"Expected a number, but {name} is none")
