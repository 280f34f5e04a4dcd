"""Writes that count once: the same request under the same key is done once, whatever was lost on the way."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from flask import request

from engine.errors import DoneBefore, InvalidInput
from webui.page import installation

from .bearer import actor

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.runtime import Runtime


def once(runtime: Runtime, act: Callable[[Runtime], object]) -> None:
    """Do something to a case, unless the same request did it before under its `Idempotency-Key`.

    Raises whatever act raises, and InvalidInput (`key_reused`) for a key that stood on another request.
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        act(runtime)
        return
    source = f"api:{actor().person_id}:{key}"
    asked = f"{request.method} {request.path}\n".encode() + request.get_data(cache=True)
    number = installation().runtime.sealer.fingerprint(asked).hex()
    if any(one != number for one in runtime.kept.received_under(source)):
        raise InvalidInput(
            "Expected another key for another request, but this one was used before", code="key_reused"
        )
    try:
        act(dataclasses.replace(runtime, steps=runtime.steps.once(source, number)))
    except DoneBefore:
        return
