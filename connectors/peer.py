"""Asks another system over HTTP: a POST with JSON both ways, bounded in time and size, errors in plain words.

The standard library's client, because the time-out must hold for the whole exchange: the usual clients
limit each read.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import time
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from connectors import exact_json, signing
from connectors.timing import TimeLimit
from engine.ports import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_ANSWER_BYTES = 1_000_000
MAX_CONNECT_S = 5.0
_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_COME_AGAIN = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
"""Refusals that say nothing about the question itself."""


class Peer:
    """Another system at a base address.

    system: its name in error codes, `<system>_down`, `_timeout`, `_busy`, `_refused`, `_wrong_answer`.
    token: sent as a bearer token. secret: what questions are signed with. context: for an authority of its
    own that vouches for the system, or a certificate that we show. resolve: gives for a host and a port the
    address to connect to; the system's own way without it. Safe for many threads: every question has its
    own connection. Redirects are not followed, proxies of the environment not used.
    """

    def __init__(
        self,
        system: str,
        url: str,
        *,
        token: str | None = None,
        secret: bytes | None = None,
        context: ssl.SSLContext | None = None,
        resolve: Callable[[str, int], str] | None = None,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(f"Expected an address such as https://host/path for the {system}")
        if parts.username is not None:
            raise ValueError(f"Expected no user name in the address of the {system}; give a token instead")
        if not parts.path.isascii() or not (token or "").isascii() or not (token or " ").isprintable():
            raise ValueError(f"Expected plain ASCII characters in the address and token of the {system}")
        self.system = system
        self._context = (context or ssl.create_default_context()) if parts.scheme == "https" else None
        self._host, self._path = parts.hostname, parts.path.rstrip("/")
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._authorization = {"Authorization": f"Bearer {token}"} if token else {}
        self._secret = secret
        self._resolve = resolve or (lambda host, _port: host)

    def ask(
        self,
        path: str,
        question: Mapping[str, Any],
        *,
        idempotency_key: str,
        timeout_s: float,
        refusals: Mapping[str, str],
    ) -> Any:
        """Post a question and give the parsed answer, its numbers exact.

        timeout_s: seconds for the whole exchange; looking up the host's name alone may take longer.
        refusals: codes of the other side that are passed on, and what to say for each. Raises
        ConnectorError, to be retried when the system is down, late or busy, permanent otherwise.
        """
        body = json.dumps(question, ensure_ascii=False, default=_written).encode()
        headers = self._headers(body, idempotency_key)
        status, content = self._exchange(path, body, headers, TimeLimit(timeout_s), self._content)
        if status != HTTPStatus.OK:
            raise self._refusal(status, content, refusals)
        return self._read(content)

    def tell(self, body: bytes, *, idempotency_key: str, timeout_s: float) -> int:
        """Post a body and give the status of the answer, whose content nobody wants.

        timeout_s: as for ask. Raises ConnectorError, to be retried, when the system is down or late.
        """
        headers = self._headers(body, idempotency_key)
        status, _nothing = self._exchange("", body, headers, TimeLimit(timeout_s), lambda _response: b"")
        return status

    def _headers(self, body: bytes, idempotency_key: str) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Idempotency-Key": idempotency_key,
            "User-Agent": "linbang",
            **self._authorization,
        }
        if self._secret is not None:
            headers[signing.HEADER] = signing.sign(self._secret, body, int(time.time()))
        return headers

    def _exchange(
        self,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
        limit: TimeLimit,
        read: Callable[[HTTPResponse], bytes],
    ) -> tuple[int, bytes]:
        """Send and receive within the limit."""
        connection = HTTPConnection(self._host, self._port)
        try:
            address = self._resolve(self._host, self._port)
            plain = socket.create_connection((address, self._port), limit.left(MAX_CONNECT_S))
            connection.sock = plain
            with limit.watch(plain):
                connection.sock = self._encrypted(plain)
                connection.sock.settimeout(limit.left())
                if isinstance(connection.sock, ssl.SSLSocket):
                    connection.sock.do_handshake()
                connection.request("POST", f"{self._path}{path}" or "/", body, dict(headers))
                with connection.getresponse() as response:
                    content = read(response)
        except (OSError, HTTPException) as exc:
            if limit.expired or isinstance(exc, TimeoutError):
                raise self._error("timeout", "did not answer in time") from exc
            raise self._error("down", "cannot be reached or broke off") from exc
        else:
            return response.status, content
        finally:
            connection.close()

    def _encrypted(self, plain: socket.socket) -> socket.socket:
        """Wrap the connection; the encryption begins later, when somebody watches the time."""
        if self._context is None:
            return plain
        return self._context.wrap_socket(plain, server_hostname=self._host, do_handshake_on_connect=False)

    def _content(self, response: HTTPResponse) -> bytes:
        if response.length is None and not response.chunked:
            raise HTTPException("an answer without a length cannot be told from one that broke off")
        content = response.read(MAX_ANSWER_BYTES + 1)
        if len(content) > MAX_ANSWER_BYTES:
            raise self._error("wrong_answer", "gave an answer that is too long", permanent=True)
        if response.length:  # what was promised and did not come
            raise HTTPException("the answer broke off")
        return content

    def _read(self, content: bytes) -> Any:
        try:
            return exact_json.read(content)
        except ValueError as exc:
            raise self._error("wrong_answer", "gave an answer that is not JSON", permanent=True) from exc

    def _refusal(self, status: int, content: bytes, refusals: Mapping[str, str]) -> ConnectorError:
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return self._error("down", "has a fault of its own")
        if status in _COME_AGAIN:
            return self._error("busy", "asks to come again later")
        if status < HTTPStatus.BAD_REQUEST:
            return self._error("wrong_answer", f"answered with status {status}", permanent=True)
        code = _code_in(content)
        if code in refusals:
            return ConnectorError(refusals[code], code=code, permanent=True)
        # The other side's words stay there: they may hold what may not stand in an incident.
        return self._error("refused", f"refused the question with status {status}", permanent=True)

    def _error(self, kind: str, what: str, *, permanent: bool = False) -> ConnectorError:
        return ConnectorError(f"The {self.system} {what}", code=f"{self.system}_{kind}", permanent=permanent)


def _code_in(content: bytes) -> str:
    """Give the code in a refusal, or an empty text."""
    try:
        document = exact_json.read(content)
    except ValueError:
        return ""
    code = document.get("code") if isinstance(document, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _written(value: Any) -> Any:
    """Write an exact number as a JSON number and a day or moment as text."""
    if isinstance(value, Decimal):
        return float(value)  # amounts have at most ten digits, which a float gives back as they were
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"Expected plain data, but got {type(value).__name__}")
