"""What comes from outside as JSON: numbers stay as they were written, and nothing else passes for JSON."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import exact_json


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2))
def test_an_amount_stays_exact(amount: Decimal) -> None:
    assert exact_json.read(f'{{"sum": {amount}}}'.encode()) == {"sum": amount}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"\xff\xfe",
        b'{"sum": NaN}',
        b"[Infinity, -Infinity]",
        b"1" * 5000,
        b"1e99999999999999999999",
        b"[" * 100_000,
    ],
)
def test_it_refuses_what_is_no_json_of_a_readable_size(content: bytes) -> None:
    with pytest.raises(ValueError):
        exact_json.read(content)
