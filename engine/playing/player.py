"""Plays the stories of a bundle in a process of its own, under limits of time and memory. Keeps nothing."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.confined import Limits, run

from .record import Record

if TYPE_CHECKING:
    from engine.definitions import Bundle, Groups

MAX_AT_ONCE = 1
"""Playing takes long; the checks of services have places of their own and do not wait for it."""
_TARGET = "engine.scenarios.confined:played"
_places = threading.BoundedSemaphore(MAX_AT_ONCE)


class Player:
    """What plays the stories of an installation. limits: of all stories of a bundle together."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    def play(self, bundle: Bundle, groups: Groups, offered: Mapping[str, Any]) -> Record:
        """Play every story of a bundle that the gate let pass; raises as `confined.run` does."""
        given = bundle.key, dict(bundle.files), dict(groups), dict(offered)
        return Record.of_plain(run(_TARGET, given, self.limits, _places))
