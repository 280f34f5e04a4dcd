"""What the tests of soundness share: everything that is said of a service about one subject."""

from __future__ import annotations

from collections.abc import Collection

from engine.definitions import Bundle
from engine.problems import Problem

from ..gate import problems_of

OF_TOKENS = frozenset({"deadlock", "deadlock_possible", "not_synchronised", "soundness_not_decided"})


def tokens_of(service: Bundle) -> list[tuple[str, str | None]]:
    """Give what is said about tokens that wait for ever or come twice, as (code, element)."""
    return [(one.code, one.element) for one in said(service, OF_TOKENS)]


def said(service: Bundle, codes: Collection[str]) -> list[Problem]:
    """Give the problems with one of these codes."""
    return [one for one in problems_of(service) if one.code in codes]


def the_only(service: Bundle, code: str) -> Problem:
    """Give the one problem with this code."""
    (found,) = said(service, {code})
    return found
