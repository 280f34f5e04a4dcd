"""How a played system refuses: a status and a code, as its operator would."""

from __future__ import annotations

from http import HTTPStatus


class RefusedError(Exception):
    """The system refuses a question with a status and a code."""

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
