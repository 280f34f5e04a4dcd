"""What a literal in the text stands for."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\(?:U([0-9A-Fa-f]{6})|u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "\\": "\\", "'": "'", "/": "/"}
_LAST_CHARACTER = 0x10FFFF


def unquote(token: str) -> str:
    r"""Give the text between the quotes; `\uXXXX` pairs and `\UXXXXXX` make characters."""
    text = _ESCAPE.sub(_character, token[1:-1])
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if "\\u" in token else text


def _character(found: re.Match[str]) -> str:
    digits = found[1] or found[2]
    if digits:
        code = int(digits, 16)
        return chr(code) if code <= _LAST_CHARACTER else "\ufffd"
    return _SIMPLE.get(found[3], found.group())
