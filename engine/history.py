"""The chain of what happened in a case: each link's hash covers the one before it. Append only.

A link is one step: what was done, by whom, and in its sealed payload everything that followed from it.
Its hash covers the payload's digest, so that retention may erase a payload without breaking the chain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine import codec
from engine.store.rows import HistoryRow

if TYPE_CHECKING:
    from engine.sealing import Sealer

GENESIS = bytes(32)
_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Link:
    """One step of the history, opened. `events` are what followed, each with a `type` in the past participle."""

    seq: int
    at: int
    event: str
    actor: int | None
    element_id: str | None
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChainFault:
    """A place where the chain is not whole."""

    process_instance_id: int
    seq: int
    reason: str


def make_link(
    sealer: Sealer, process_instance_id: int, previous: tuple[int, bytes], link: Link
) -> HistoryRow:
    """Seal and chain a link behind the one whose number and hash are given."""
    content = codec.dump_values(link.payload)
    digest = hashlib.sha256(content).digest()
    seq = previous[0] + 1
    return HistoryRow(
        seq=seq,
        at=link.at,
        event=link.event,
        actor=link.actor,
        element_id=link.element_id,
        sealed_payload=sealer.seal(content, _place(process_instance_id, seq)),
        payload_digest=digest,
        hash=sealer.chain(previous[1], _covered(process_instance_id, seq, link, digest)),
    )


def open_link(sealer: Sealer, process_instance_id: int, row: HistoryRow) -> Link:
    """Open a stored link; an erased payload is empty."""
    payload = {}
    if row.sealed_payload:
        payload = codec.load_values(sealer.open(row.sealed_payload, _place(process_instance_id, row.seq)))
    return Link(row.seq, row.at, row.event, row.actor, row.element_id, payload)


def verify(
    sealer: Sealer, process_instance_id: int, head: tuple[int, bytes], rows: Iterable[HistoryRow]
) -> Iterator[ChainFault]:
    """Find every changed, removed or reordered link of one case.

    head: the number and hash of the last link as the case itself remembers them.
    """
    expected, previous = 1, GENESIS
    for row in rows:
        if row.seq != expected:
            yield ChainFault(process_instance_id, expected, "missing")
            expected = row.seq
        link = Link(row.seq, row.at, row.event, row.actor, row.element_id, {})
        covered = _covered(process_instance_id, row.seq, link, row.payload_digest)
        if sealer.chain(previous, covered) != row.hash:
            yield ChainFault(process_instance_id, row.seq, "changed")
        elif row.sealed_payload and not _payload_is_whole(sealer, process_instance_id, row):
            yield ChainFault(process_instance_id, row.seq, "payload changed")
        expected, previous = row.seq + 1, row.hash
    if (expected - 1, previous) != head:
        yield ChainFault(process_instance_id, head[0], "the end is missing or another one")


def _payload_is_whole(sealer: Sealer, process_instance_id: int, row: HistoryRow) -> bool:
    from engine.sealing import SealBrokenError  # noqa: PLC0415 - only here

    try:
        content = sealer.open(row.sealed_payload, _place(process_instance_id, row.seq))
    except SealBrokenError:
        return False
    return hashlib.sha256(content).digest() == row.payload_digest


def _place(process_instance_id: int, seq: int) -> str:
    return f"history:{process_instance_id}:{seq}"


def _covered(process_instance_id: int, seq: int, link: Link, digest: bytes) -> bytes:
    parts = (process_instance_id, seq, link.at, link.event, link.actor, link.element_id)
    return _SEPARATOR.join(map(str, parts)).encode() + digest
