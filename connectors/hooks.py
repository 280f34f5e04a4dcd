"""Posts what machines subscribed to, to addresses that people gave: never to one inside our own network.

A host's name is looked up once for each post, and the connection goes to the very address that was checked;
what the name means a moment later does not matter.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from urllib.parse import urlsplit

from connectors.peer import Peer
from engine.ports import ConnectorError

_HTTPS = 443
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""Addresses that a gateway takes to any IPv4 address, private ones too."""


class Hooks:
    """The way out to machines that subscribed.

    private: let addresses of our own network be told, and those of this machine without encryption: for
    the demo, for tests, and where all machines stand behind the same wall. Safe for many threads.
    """

    def __init__(self, *, private: bool = False, context: ssl.SSLContext | None = None) -> None:
        self._private = private
        self._context = context or ssl.create_default_context()

    def check(self, address: str) -> None:
        """Raise a permanent ConnectorError (`address_refused`) for an address that nothing is posted to."""
        self._peer(address, b"")
        parts = urlsplit(address)
        try:
            self._allowed(parts.hostname or "", parts.port or _HTTPS)
        except OSError as exc:
            raise _refused("Expected an address whose host is known") from exc

    def post(self, address: str, secret: bytes, key: str, body: bytes, timeout_s: float) -> int:
        """Post a signed body once and give the status of the answer.

        Raises ConnectorError: permanent (`address_refused`) for an address that nothing is posted to,
        otherwise to be tried again.
        """
        return self._peer(address, secret).tell(body, idempotency_key=key, timeout_s=timeout_s)

    def _peer(self, address: str, secret: bytes) -> Peer:
        try:
            peer = Peer("hooks", address, secret=secret, context=self._context, resolve=self._allowed)
        except ValueError as exc:
            raise _refused(str(exc)) from exc
        parts = urlsplit(address)
        plain = parts.scheme == "http" and self._private and _is_loopback(parts.hostname or "")
        if parts.scheme != "https" and not plain:
            raise _refused("Expected an address that begins with https://")
        return peer

    def _allowed(self, host: str, port: int) -> str:
        """Give the one address of a host to connect to; refuses a host with any address that is not public."""
        try:
            found = [row[4][0] for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except UnicodeError as exc:
            raise _refused("Expected an address whose host has a name") from exc
        if not self._private and not all(_is_public(str(address)) for address in found):
            raise _refused("Expected an address outside of this network")
        return str(found[0])


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        elif address.sixtofour is not None or address.teredo is not None or address in _TRANSLATED:
            return False
    return address.is_global and not address.is_multicast


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refused(message: str) -> ConnectorError:
    return ConnectorError(message, code="address_refused", permanent=True)
