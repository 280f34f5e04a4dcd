"""Compresses and seals what is stored, and makes keyed hashes for finding people without naming them.

One key file outside the database; every purpose has its own key derived from it.
"""

from __future__ import annotations

import hmac
import os
import threading
from pathlib import Path

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.errors import EngineError

KEY_BYTES = 32
MAX_OPENED_BYTES = 64 * 1024 * 1024
_NONCE_BYTES = 12
_LEVEL = 1
"""How hard to compress: level 3 takes nearly twice as long for what a step writes, and saves nothing."""


class SealBrokenError(EngineError):
    """Expected data that this installation sealed, but it was changed or sealed with another key."""

    code = "seal_broken"


class Sealer:
    """Seals and opens bytes, bound to the place where they are stored. Safe for many threads."""

    def __init__(self, master: bytes) -> None:
        if len(master) != KEY_BYTES:
            raise EngineError(
                f"Expected a key of {KEY_BYTES} bytes, but got {len(master)}", code="key_unusable"
            )
        self._master = master
        self._cipher = AESGCM(self.derive("seal"))
        self._index = self._keyed("index")
        self._chain = self._keyed("chain")
        self._fingerprint = self._keyed("fingerprint")
        self._local = threading.local()

    def derive(self, purpose: str) -> bytes:
        """Give the key of one purpose."""
        kdf = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=f"linbang {purpose}".encode())
        return kdf.derive(self._master)

    def seal(self, content: bytes, place: str) -> bytes:
        """Compress and seal; `place` names where it is kept, and only there it opens again."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, self._compressor().compress(content), place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Give the content back; raises SealBrokenError when it was changed, moved or sealed by another key."""
        try:
            packed = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError) as exc:
            raise SealBrokenError from exc
        return self._decompressor().decompress(packed, max_output_size=MAX_OPENED_BYTES)

    def index(self, kind: str, value: str) -> bytes:
        """Give the keyed hash by which a value can be found but not read. 16 bytes."""
        text = f"{kind}\0{value.strip().upper()}".encode()
        return _hashed(self._index, text)[:16]

    def fingerprint(self, content: bytes) -> bytes:
        """Give the keyed hash by which content can be told to be the same, but not be guessed. 32 bytes."""
        return _hashed(self._fingerprint, content)

    def chain(self, previous: bytes, content: bytes) -> bytes:
        """Give the next hash of a history chain. 32 bytes."""
        return _hashed(self._chain, previous + content)

    def _keyed(self, purpose: str) -> hmac.HMAC:
        """Give a hash begun with the key of a purpose; a copy of it costs a quarter of beginning anew."""
        return hmac.new(self.derive(purpose), digestmod="sha256")

    def _compressor(self) -> zstandard.ZstdCompressor:
        found: zstandard.ZstdCompressor | None = getattr(self._local, "compressor", None)
        if found is None:
            found = self._local.compressor = zstandard.ZstdCompressor(level=_LEVEL)
        return found

    def _decompressor(self) -> zstandard.ZstdDecompressor:
        found: zstandard.ZstdDecompressor | None = getattr(self._local, "decompressor", None)
        if found is None:
            found = self._local.decompressor = zstandard.ZstdDecompressor()
        return found


def _hashed(begun: hmac.HMAC, content: bytes) -> bytes:
    own = begun.copy()
    own.update(content)
    return own.digest()


def load_key(path: Path) -> bytes:
    """Give the installation's key, making the file when there is none; only its owner may read it."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(os.urandom(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    return path.read_bytes()
