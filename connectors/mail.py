"""E-mail over SMTP: one plain message to one address, recognisable when it is sent twice."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import parseaddr
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from marshmallow import Schema

from connectors.operations import Operation, text
from connectors.system import LONGEST_WAIT_S, System
from connectors.timing import TimeLimit
from engine.ports import ConnectorError

if TYPE_CHECKING:
    from typing import Self

PORT = 587
MAX_TEXT = 20_000
MAX_ADDRESS = 254
_ADDRESS = r"[A-Za-z0-9._%+/=!#$&'*?^{}|~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*"
_CANNOT = 502
"""SMTP's status for a command that a server does not know."""
_AFTER_THE_WATCH_S = 1.0
_PLAIN_KEY = re.compile(r"[A-Za-z0-9-]{1,64}")


class Letter(Schema):
    """Parameters of `send`. A line break in the subject would begin another header: there is none."""

    to = text(longest=MAX_ADDRESS, pattern=_ADDRESS)
    subject = text(longest=200, pattern=r"[^\x00-\x1f\x7f\x85\u2028\u2029]+")
    text = text(longest=MAX_TEXT)


class Sent(Schema):
    """Answer of `send`: the message's id, which stands in its header."""

    message_id = text(longest=200)


class Mail(System):
    """The connector of a mail server.

    url: `smtp://user:password@host:port`, or `smtps://` for a server that is encrypted from the first byte.
    starttls: encrypt before anything is said. sender: the address, with or without a name, that messages
    come from. A password is never sent unencrypted.
    """

    name = "mail"
    settings = ("LINBANG_MAIL_URL", "LINBANG_MAIL_FROM", "LINBANG_MAIL_STARTTLS")
    operations: Mapping[str, Operation] = {
        "send": Operation(Letter, Sent, {"address_refused": "The mail server does not take this address"})
    }

    def __init__(
        self,
        url: str,
        sender: str,
        *,
        starttls: bool = False,
        context: ssl.SSLContext | None = None,
        longest_wait_s: float = LONGEST_WAIT_S,
    ) -> None:
        super().__init__(longest_wait_s=longest_wait_s)
        parts = urlsplit(url)
        name, address = parseaddr(sender)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/"):
            raise ValueError("Expected an address such as smtp://user:password@host:587 for mail")
        if re.fullmatch(_ADDRESS, address) is None or not sender.isprintable():
            raise ValueError("Expected mail to come from an address such as Linbang <office@example.org>")
        self._encrypted = parts.scheme == "smtps"
        if parts.password and not (self._encrypted or starttls):
            raise ValueError("Expected smtps:// or STARTTLS for mail, because a password is sent")
        self._host, self._port = parts.hostname, parts.port or (465 if self._encrypted else PORT)
        self._account = (unquote(parts.username or ""), unquote(parts.password or ""))
        self._starttls = starttls
        self._context = context or ssl.create_default_context()
        self._from = Address(name, addr_spec=address)

    @classmethod
    def configured(cls, values: Mapping[str, str]) -> Self:
        """Make the connector; raises ValueError for an address that cannot be used."""
        starttls = values.get("LINBANG_MAIL_STARTTLS", "") == "1"
        return cls(values["LINBANG_MAIL_URL"], values.get("LINBANG_MAIL_FROM", ""), starttls=starttls)

    def _ask(self, operation: Operation, question: dict[str, Any], key: str, timeout_s: float) -> Any:
        message = self._message(question, key)
        limit = TimeLimit(timeout_s)
        try:
            self._send(question["to"], message.as_bytes(policy=SMTP_POLICY), limit)
        except (OSError, smtplib.SMTPException) as exc:
            # The server's words may hold the address: they are not kept, not even as the cause.
            raise self._failure(operation, exc, expired=limit.expired) from None
        return {"message_id": message["Message-ID"]}

    def _message(self, question: Mapping[str, Any], key: str) -> EmailMessage:
        """Write the message. Its id follows from the key, so that a second sending is known as such."""
        local = key if _PLAIN_KEY.fullmatch(key) else sha256(key.encode()).hexdigest()
        message = EmailMessage(policy=SMTP_POLICY)
        message["From"] = self._from
        message["To"] = Address(addr_spec=question["to"])
        message["Subject"] = question["subject"]
        message["Date"] = datetime.now(UTC)
        message["Message-ID"] = f"<{local}.linbang@{self._from.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(question["text"], charset="utf-8", cte="base64")
        return message

    def _send(self, to: str, content: bytes, limit: TimeLimit) -> None:
        """Hand one message over within the limit."""
        with (
            socket.create_connection((self._host, self._port), limit.left()) as plain,
            limit.watch(plain),
            closing(_Session(plain, self._from.domain, limit)) as session,
        ):
            if self._encrypted:
                session.encrypt(self._context, self._host)
            session.greet(self._host, self._port)
            if self._starttls:
                session.starttls(context=self._context)
            if self._account[0]:
                session.login(*self._account)
            session.sendmail(self._from.addr_spec, [to], content)
            with suppress(
                OSError, smtplib.SMTPException
            ):  # it has the message; a bad farewell changes nothing
                session.quit()

    def _failure(self, operation: Operation, exc: Exception, *, expired: bool) -> ConnectorError:
        """Say what went wrong. expired: the time was over, whatever that looked like."""
        if expired or isinstance(exc, TimeoutError):
            return self._error("timeout", "did not answer in time")
        status = _status_of(exc)
        if status is None:
            return self._error("down", "cannot be reached or broke off")
        if 400 <= status < 500:  # noqa: PLR2004 - how SMTP says `not now`
            return self._error("busy", "asks to come again later")
        if isinstance(exc, smtplib.SMTPRecipientsRefused):
            refused = operation.errors["address_refused"]
            return ConnectorError(refused, code="address_refused", permanent=True)
        if status < 0:
            return self._error("wrong_answer", "does not speak as a mail server does", permanent=True)
        return self._error("refused", "does not take what was sent in this way", permanent=True)

    def _error(self, kind: str, what: str, *, permanent: bool = False) -> ConnectorError:
        return ConnectorError(f"The mail server {what}", code=f"mail_{kind}", permanent=permanent)


class _Session(smtplib.SMTP):
    """A conversation on a connection that is open already, so that its time can be watched."""

    def __init__(self, plain: socket.socket, domain: str, limit: TimeLimit) -> None:
        super().__init__(local_hostname=domain)
        self._open = plain
        # The watch comes first: the base would call a time-out of the socket a lost connection.
        self._open.settimeout(limit.left() + _AFTER_THE_WATCH_S)

    def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """Begin to encrypt before a word is said."""
        self._open = context.wrap_socket(self._open, server_hostname=host)

    def greet(self, host: str, port: int) -> None:
        """Hear the server's greeting."""
        self._host = host
        status, words = self.connect(host, port)
        if status != 220:  # noqa: PLR2004 - the only greeting there is
            raise smtplib.SMTPConnectError(status, words)

    def _get_socket(self, *_where: Any) -> socket.socket:
        return self._open


def _status_of(exc: Exception) -> int | None:
    """Give the status that a server refused with, below zero for a line that has none; None for no refusal."""
    if isinstance(exc, smtplib.SMTPRecipientsRefused):
        ((status, _words),) = exc.recipients.values()
        return int(status)
    if isinstance(exc, smtplib.SMTPResponseException):
        return exc.smtp_code
    return _CANNOT if isinstance(exc, smtplib.SMTPNotSupportedError) else None
