"""E-mail over SMTP: one message to one address, in any script, never two headers in one, never for ever."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.mail import Mail
from connectors.sandbox import Sandbox
from connectors.sandbox.post_office import PostOffice, serving_mail
from engine.ports import Call, ConnectorError

from .conftest import Played, answering, trickle

FROM = "邻帮 <linbang@linxi.example>"
LETTER = {"to": "li@example.org", "subject": "转介单 WC-2026-000001", "text": "第一行\n.点\n\n结束"}


def send(mail: Mail, key: str = "delivery-17", *, timeout_s: float = 5, **parameters: Any) -> Any:
    return mail.call(Call("send", {**LETTER, **parameters}, key, timeout_s))


def code_of(mail: Mail, *, timeout_s: float = 5, **parameters: Any) -> tuple[str, bool]:
    with pytest.raises(ConnectorError) as caught:
        send(mail, timeout_s=timeout_s, **parameters)
    assert "@" not in str(caught.value)
    return caught.value.code, caught.value.permanent


@contextmanager
def talking(*lines: bytes, heard: list[bytes] | None = None) -> Iterator[str]:
    """Serve one conversation by hand: a greeting, then a line for each that is heard."""

    def talk(connection: socket.socket) -> None:
        with connection.makefile("rb") as reader:
            for line in lines:
                connection.sendall(line + b"\r\n")
                said = reader.readline()
                if heard is not None:
                    heard.append(said)
                if said == b"":
                    return

    with answering(talk, asks_first=False) as url:
        yield url.replace("http:", "smtp:")


def mail_of(played: Played) -> Mail:
    mail = played.connector("mail")
    assert isinstance(mail, Mail)
    return mail


def test_it_sends_words_in_any_script(played: Played) -> None:
    send(mail_of(played))

    (arrived,) = played.sandbox.asked.arrived()
    assert (arrived.to, arrived.subject, arrived.text) == (LETTER["to"], LETTER["subject"], LETTER["text"])


def test_its_message_id_follows_from_the_key(played: Played) -> None:
    """A server, or a person, sees that it is the same message when it comes twice."""
    ids = [send(mail_of(played), key)["message_id"] for key in ("delivery-17", "delivery-17", "delivery-18")]

    assert ids[0] == ids[1] == "<delivery-17.linbang@linxi.example>"
    assert ids[2] != ids[0]
    assert len(played.sandbox.asked.arrived()) == 2


def test_a_key_that_is_no_plain_word_makes_a_plain_id(played: Played) -> None:
    (found,) = {send(mail_of(played), "17 <b>\r\nX: y")["message_id"]}

    assert found.isascii()
    assert " " not in found


def test_it_says_that_a_machine_wrote_it() -> None:
    """Nobody's out-of-office note answers it; the sender's name may be Chinese."""
    mail = Mail("smtp://127.0.0.1:9", FROM)
    message = cast(
        "EmailMessage",
        message_from_bytes(mail._message(LETTER, "delivery-17").as_bytes(), policy=default),
    )

    assert message["Auto-Submitted"] == "auto-generated"
    assert str(message["From"]) == "邻帮 <linbang@linxi.example>"
    assert message["Date"] is not None


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "Hello\r\nBcc: all@example.org"},
        {"subject": "Hello\nBcc: all@example.org"},
        {"subject": "Hello\u2028there"},
        {"subject": ""},
        {"subject": "x" * 201},
        {"to": "li@example.org\r\nRCPT TO:<all@example.org>"},
        {"to": "li@example.org, all@example.org"},
        {"to": "Li <li@example.org>"},
        {"to": "li"},
        {"to": "李@example.org"},
        {"to": "<>"},
        {"text": ""},
        {"text": "x" * 20_001},
    ],
)
def test_it_refuses_what_would_be_more_than_one_message_to_one_address(
    played: Played, change: dict[str, str]
) -> None:
    assert code_of(mail_of(played), **change) == ("mail_wrong_parameters", True)
    assert played.sandbox.asked.latest() == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(min_size=1, max_size=200))
def test_whatever_is_written_makes_one_message_with_known_headers(subject: str, text: str) -> None:
    """Either the parameters are refused, or the message has these headers and no others."""
    operation = Mail.operations["send"]
    try:
        question = operation.checked_parameters("mail", {**LETTER, "subject": subject, "text": text})
    except ConnectorError as error:
        assert error.code == "mail_wrong_parameters"  # noqa: PT017 - one of two outcomes
        return
    content = Mail("smtp://127.0.0.1:9", FROM)._message(question, "1").as_bytes()
    message = message_from_bytes(content, policy=default)
    assert {name.lower() for name in message} == {
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "auto-submitted",
        "content-type",
        "content-transfer-encoding",
        "mime-version",
    }


def test_it_says_that_an_address_is_refused_without_saying_which(played: Played) -> None:
    assert code_of(mail_of(played), to="nobody@hospital.invalid") == ("address_refused", True)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([b"220 here", b"250 hello", b"250 ok", b"450 later"], ("mail_busy", False)),
        ([b"220 here", b"250 hello", b"250 ok", b"550 nobody <li@example.org>"], ("address_refused", True)),
        ([b"220 here", b"250 hello", b"552 no"], ("mail_refused", True)),
        ([b"220 here", b"250 hello", b"250 ok", b"250 ok", b"354 go", b"451 not now"], ("mail_busy", False)),
        ([b"220 here", b"250 hello", b"250 ok", b"250 ok", b"354 go", b"554 spam"], ("mail_refused", True)),
        ([b"421 later"], ("mail_busy", False)),
        ([b"554 no"], ("mail_refused", True)),
        ([b"SSH-2.0-OpenSSH_9.2"], ("mail_wrong_answer", True)),
        ([b"220 here"], ("mail_down", False)),
        ([b"220 here", b"250 hello", b"250 ok", b"250 ok"], ("mail_down", False)),
    ],
)
def test_it_tells_apart_what_may_pass_and_what_will_not(
    lines: list[bytes], expected: tuple[str, bool]
) -> None:
    with talking(*lines) as url:
        assert code_of(Mail(url, FROM)) == expected


def test_a_bad_farewell_changes_nothing() -> None:
    """The message has been taken in by then; sending it again would be a second one."""
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        with connection.makefile("rb") as reader:
            for line in (b"220 here", b"250 hello", b"250 ok", b"250 ok", b"354 go"):
                connection.sendall(line + b"\r\n")
                heard.append(reader.readline())
            while reader.readline() != b".\r\n":
                pass
            connection.sendall(b"250 taken\r\n")
            heard.append(reader.readline())

    with answering(talk, asks_first=False) as url:
        assert "message_id" in send(Mail(url.replace("http:", "smtp:"), FROM))
    assert heard[-1] == b"quit\r\n"


def test_it_tries_again_when_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    assert code_of(Mail(f"smtp://127.0.0.1:{port}", FROM)) == ("mail_down", False)


@pytest.mark.parametrize("head", [b"", b"220-"], ids=["silent", "greeting"])
def test_it_waits_no_longer_than_told_for_a_server_that_trickles(head: bytes) -> None:
    began = time.monotonic()

    with answering(trickle(head), asks_first=False) as url:
        assert code_of(Mail(url.replace("http:", "smtp:"), FROM), timeout_s=0.3) == ("mail_timeout", False)

    assert time.monotonic() - began < 3


def test_it_encrypts_before_it_says_anything(certificate: Path) -> None:
    """Given a server that offers STARTTLS; when its certificate is vouched for; then mail goes through."""
    with encrypted_office(certificate) as (sandbox, url):
        send(Mail(url, FROM, starttls=True, context=ssl.create_default_context(cafile=certificate)))

        assert len(sandbox.asked.arrived()) == 1


def test_it_tells_nothing_to_a_server_that_nobody_vouches_for(certificate: Path) -> None:
    with encrypted_office(certificate) as (sandbox, url):
        assert code_of(Mail(url, FROM, starttls=True)) == ("mail_down", False)

        assert sandbox.asked.latest() == []


def test_it_tells_nothing_to_a_server_that_does_not_encrypt(played: Played) -> None:
    mail = Mail(played.served.mail_url, FROM, starttls=True)

    assert code_of(mail) == ("mail_refused", True)
    assert played.sandbox.asked.latest() == []


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("http://mail", FROM),
        ("smtp://", FROM),
        ("smtp://mail/box", FROM),
        ("smtp://mail:99999", FROM),
        ("smtp://me:secret@mail", FROM),
        ("smtp://mail", ""),
        ("smtp://mail", "Linbang"),
        ("smtp://mail", "a@b.example\r\nX: y"),
    ],
)
def test_it_refuses_settings_that_it_could_not_use(url: str, sender: str) -> None:
    """A password without encryption is one of them."""
    with pytest.raises(ValueError, match=r"Expected|Port") as caught:
        Mail(url, sender)

    assert "secret" not in str(caught.value)


@contextmanager
def encrypted_office(certificate: Path) -> Iterator[tuple[Sandbox, str]]:
    """Serve a post office that offers STARTTLS."""
    sandbox = Sandbox()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    office = PostOffice(sandbox.faults, sandbox.effects, sandbox.asked, threading.Event())
    with serving_mail(office, "127.0.0.1", tls=context) as port:
        yield sandbox, f"smtp://127.0.0.1:{port}"
