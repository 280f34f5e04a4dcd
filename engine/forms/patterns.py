r"""Patterns of forms, matched in linear time whatever a designer wrote; refuses what that engine has not.

form-js matches with the browser's engine, which can be made to run for years by a short pattern.
RE2 cannot: it has no back-references and no look-around, and the deployment gate says so. Its `\d`,
`\w` and `$` mean what they mean in a browser, which Python's own do not.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import re2  # type: ignore[import-untyped]  # the package ships no types

from engine.errors import InvalidInput
from engine.sentences import Sentence

MAX_PATTERN = 500

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|.)", re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    """Say whether the pattern is found anywhere in the text; raise InvalidInput when it is no pattern."""
    return _compiled(pattern).search(text) is not None


def check_pattern(pattern: object) -> None:
    """Raise InvalidInput, with what was expected, unless `matches` can use the pattern."""
    if not isinstance(pattern, str) or not 0 < len(pattern) <= MAX_PATTERN:
        raise InvalidInput(
            Sentence("Expected a pattern of 1 to {most} characters.", most=MAX_PATTERN),
            code="bad_pattern",
        )
    _compiled(pattern)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(_ESCAPE.sub(_as_re2, pattern), options)
    except (re2.error, UnicodeEncodeError) as exc:
        reason = exc.args[0].decode() if exc.args and isinstance(exc.args[0], bytes) else str(exc)
        raise InvalidInput(
            Sentence(
                "Expected a pattern without look-around and back-references, but found {pattern!r}: {reason}.",
                pattern=pattern,
                reason=reason,
            ),
            code="bad_pattern",
        ) from exc


def _as_re2(escape: re.Match[str]) -> str:
    """Change the browser's way to write a character, `u4e00`, to that of RE2, `x{4e00}`."""
    return f"\\x{{{escape[1]}}}" if escape[1] else escape[0]
