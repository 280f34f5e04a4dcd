"""Plays a mail server on a real socket: it takes messages, delivers none, and tells a second sending from a first."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any, cast

from aiosmtpd.smtp import SMTP

from .asked import AskedLog
from .effects import Effects, KeyReusedError
from .faults import Faults

if TYPE_CHECKING:
    import ssl

    from aiosmtpd.smtp import Envelope, Session

MAX_BYTES = 200_000
STOP_WITHIN_S = 5.0
_POLL_S = 0.02


class PostOffice:
    """What the mail server does with what it is handed; an address at `.invalid` it does not take."""

    def __init__(self, faults: Faults, effects: Effects, asked: AskedLog, closing: threading.Event) -> None:
        self._faults, self._effects, self._asked, self._closing = faults, effects, asked, closing

    async def handle_RCPT(  # noqa: N802 - the library's name
        self,
        server: SMTP,  # noqa: ARG002 - as above
        session: Session,  # noqa: ARG002 - as above
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> str:
        """Take a receiver or not."""
        if address.endswith(".invalid"):
            self._asked.note("mail.send", {"to": address}, "address_refused", ())
            return "550 No such address"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(rcpt_options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - as above
        self,
        server: SMTP,
        session: Session,  # noqa: ARG002 - as above
        envelope: Envelope,
    ) -> str:
        """Take a message in, with what goes wrong on the way."""
        faults = self._faults.draw("mail")
        answer = await self._taken(server, envelope, faults)
        for to in envelope.rcpt_tos:
            self._asked.note("mail.send", {"to": to}, answer, faults)
        return answer

    async def _taken(self, server: SMTP, envelope: Envelope, faults: dict[str, int]) -> str:
        if "down" in faults:
            assert server.transport is not None  # it speaks to somebody
            server.transport.close()
            return "421 Gone"
        await self._wait(faults.get("slow", 0))
        if "error" in faults or "busy" in faults:
            return "451 Not now"
        try:
            for _ in range(2 if "doubled" in faults else 1):
                self._take_in(envelope)
        except KeyReusedError:
            return "554 Another message has this id"
        await self._wait(faults.get("late", 0))
        return "nonsense" if "wrong_answer" in faults else "250 OK"

    def _take_in(self, envelope: Envelope) -> None:
        content = cast("bytes", envelope.content)  # as bytes, because SMTPUTF8 is not offered
        message = message_from_bytes(content, policy=default)
        key = str(message["Message-ID"] or "").strip("<>").partition("@")[0].removesuffix(".linbang")
        body = message.get_body(("plain",))
        text = body.get_content().replace("\r\n", "\n").rstrip("\n") if body is not None else ""
        said = {"to": envelope.rcpt_tos, "subject": str(message["Subject"] or ""), "text": text}
        self._effects.once(key, "mail.send", said, lambda: self._put_down(said, key))

    def _put_down(self, said: dict[str, Any], key: str) -> bool:
        for to in said["to"]:
            self._asked.arrive("mail", to, said["text"], key, subject=said["subject"])
        return True

    async def _wait(self, ms: int) -> None:
        """Wait, but not longer than the sandbox lives."""
        for _ in range(int(ms / 1000 / _POLL_S)):
            if self._closing.is_set():
                return
            await asyncio.sleep(_POLL_S)


@contextmanager
def serving_mail(
    office: PostOffice, host: str, port: int = 0, *, tls: ssl.SSLContext | None = None
) -> Iterator[int]:
    """Take mail on a port, a free one for 0, until the end; gives the port. tls: offers STARTTLS."""
    loop = asyncio.new_event_loop()

    def speak() -> SMTP:
        return SMTP(
            office, hostname="sandbox", data_size_limit=MAX_BYTES, tls_context=tls, loop=loop, ident=""
        )

    server = loop.run_until_complete(loop.create_server(speak, host, port))
    thread = threading.Thread(target=loop.run_forever, name="sandbox-mail", daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_hang_up(server), loop).result(STOP_WITHIN_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(STOP_WITHIN_S)
        loop.close()


async def _hang_up(server: asyncio.Server) -> None:
    """Stop listening, and end every conversation."""
    server.close()
    mine = asyncio.current_task()
    talking = [task for task in asyncio.all_tasks() if task is not mine]
    for task in talking:
        task.cancel()
    await asyncio.gather(*talking, return_exceptions=True)
