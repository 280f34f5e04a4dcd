from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from connectors.beds import Beds
from connectors.mail import Mail
from connectors.registry import Registry
from connectors.sandbox import Sandbox, Served, sandbox_server
from connectors.sms import Sms
from connectors.webhook import Webhook
from engine.ports import Call, Connector, ConnectorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WANG, LI = "990101195203070011", "990102198611150133"


SECRET = b"agreed with the platform"


@dataclass
class Played:
    """A sandbox on real sockets, and the connectors that ask it."""

    served: Served

    @property
    def sandbox(self) -> Sandbox:
        return self.served.sandbox

    @property
    def url(self) -> str:
        return self.served.url

    @property
    def registry(self) -> Registry:
        return Registry(self.served.registry_url)

    @property
    def beds(self) -> Beds:
        return Beds(self.served.beds_url, secret=SECRET)

    def connector(self, name: str) -> Connector:
        """Give any connector, set up as an installation would set it up."""
        kinds = {kind.name: kind for kind in (Registry, Beds, Sms, Mail, Webhook)}
        return kinds[name].configured(self.served.settings)

    def ask(self, operation: str, key: str = "1", *, timeout_s: float = 5, **parameters: Any) -> Any:
        """Ask any system, as `connector.operation`."""
        connector, _, name = operation.partition(".")
        return self.connector(connector).call(Call(name, parameters, key, timeout_s))

    def code_of(self, operation: str, key: str = "1", **more: Any) -> str:
        """Ask and give the error code, or `answered`."""
        try:
            self.ask(operation, key, **more)
        except ConnectorError as error:
            return error.code
        return "answered"


@pytest.fixture
def played() -> Iterator[Played]:
    with sandbox_server(Sandbox(secret=SECRET)) as served:
        yield Played(served)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for 127.0.0.1 that vouches for itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "registry")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file: Path = tmp_path_factory.mktemp("tls") / "registry.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


def question(*id_numbers: str, authorised: bool = True, **more: Any) -> dict[str, Any]:
    """Give parameters of `verify_household`."""
    members = [{"name": "王建国", "id_no": id_no} for id_no in id_numbers or (WANG,)]
    return {"members": members, "purpose": "minimum_living_allowance", "authorised": authorised, **more}


def call(
    key: str = "1", *, timeout_s: float = 5, operation: str = "verify_household", **parameters: Any
) -> Call:
    return Call(operation, parameters or question(), key, timeout_s)


@contextmanager
def answering(
    answer: Callable[[socket.socket], None], received: list[bytes] | None = None, *, asks_first: bool = True
) -> Iterator[str]:
    """Serve one connection by hand, for what no decent server would send; gives the address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.settimeout(5)
                try:
                    request = read_request(connection) if asks_first else b""
                    if received is not None:
                        received.append(request)
                    answer(connection)
                except OSError:
                    return  # the other side has had enough

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(5)
        assert not thread.is_alive()


def read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    lines = (line.split(b":") for line in head.lower().splitlines())
    (length,) = (int(line[1]) for line in lines if line[0] == b"content-length")
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def raw(status: str, body: bytes, *, headers: str = "", length: int | None = None) -> bytes:
    """Write an answer as it goes over the wire; `length` is what it promises."""
    promised = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {promised}\r\n\r\n".encode() + body


def trickle(head: bytes) -> Callable[[socket.socket], None]:
    """Send a byte now and then, so that every single read is answered in time."""

    def send(connection: socket.socket) -> None:
        connection.sendall(head)
        connection.settimeout(0.02)
        for _ in range(250):
            connection.sendall(b"a")
            with suppress(TimeoutError):
                if connection.recv(65536) == b"":
                    return

    return send
