"""Signatures: made and checked in one way, for our posts and for theirs."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.signing import TOLERANCE_S, check, sign
from engine.ports import ConnectorError

MOMENTS = st.integers(0, 10**11)
SECRETS = st.binary(min_size=1, max_size=40)


def fits(secret: bytes, body: bytes, header: str, now: int) -> bool:
    try:
        check(secret, body, header, now)
    except ConnectorError as error:
        return (error.code, error.permanent) != ("signature_wrong", True)
    return True


def test_it_signs_as_the_documents_say() -> None:
    """Whoever writes the other side reads the same sentence."""
    digest = hmac.new(b"secret", b'1772417700.{"a":1}', hashlib.sha256).hexdigest()

    assert sign(b"secret", b'{"a":1}', 1772417700) == f"t=1772417700,v1={digest}"


@given(SECRETS, st.binary(max_size=200), MOMENTS, st.integers(-TOLERANCE_S, TOLERANCE_S))
def test_it_takes_what_was_signed_within_the_tolerance(
    secret: bytes, body: bytes, at: int, between: int
) -> None:
    assert fits(secret, body, sign(secret, body, at), at + between)


@given(SECRETS, st.binary(max_size=200), MOMENTS, st.integers(TOLERANCE_S + 1, 10**6))
def test_it_refuses_what_is_older_or_younger(secret: bytes, body: bytes, at: int, between: int) -> None:
    header = sign(secret, body, at)

    assert not fits(secret, body, header, at + between)
    assert not fits(secret, body, header, at - between)


@given(SECRETS, SECRETS, st.binary(max_size=50), st.binary(max_size=50), MOMENTS)
def test_it_refuses_another_secret_and_another_body(
    secret: bytes, other: bytes, body: bytes, changed: bytes, at: int
) -> None:
    """HMAC pads keys with zeros, so that secrets which differ in those alone are the same."""
    header = sign(secret, body, at)

    assert fits(other, body, header, at) == (other.rstrip(b"\0") == secret.rstrip(b"\0"))
    assert fits(secret, changed, header, at) == (changed == body)


@given(st.text(max_size=120))
def test_it_takes_any_header_without_a_traceback(header: str) -> None:
    assert not fits(b"secret", b"body", header, 0)


@pytest.mark.parametrize("secret", [b""])
def test_an_empty_secret_fits_nothing(secret: bytes) -> None:
    assert not fits(secret, b"body", sign(secret, b"body", 0), 0)
