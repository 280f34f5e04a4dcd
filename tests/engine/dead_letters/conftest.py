"""A mail about a missed clock and an event for a machine, both given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine import subscriptions
from engine.ports import ConnectorError
from tests.engine.alerts.conftest import HeardMail, enlist, go_to, mail, watched_service, world
from tests.engine.subscriptions.conftest import ADDRESS, NEXT_DOOR, OPERATOR, Machines

if TYPE_CHECKING:
    from tests.engine.support import World

__all__ = ["mail", "world"]


@pytest.fixture
def mails(world: World, mail: HeardMail) -> HeardMail:
    """Give up the mails about a clock that warned: to the supervisors Qian and Sun."""
    enlist(world.runtime, OPERATOR)
    enlist(world.runtime, NEXT_DOOR)
    mail.failures = [ConnectorError("Refused", code="mail_refused", permanent=True) for _ in range(2)]
    world.deploy(watched_service())
    world.start()
    go_to(world, "2026-03-05T09:05")
    assert mail.sent == []
    return mail


@pytest.fixture
def machines(world: World, mails: HeardMail) -> Machines:
    """Give up an event beside them."""
    found = Machines(answer=ConnectorError("No such place", code="hook_gone", permanent=True))
    world.runtime.hooks = found
    subscriptions.subscribe(world.runtime, OPERATOR, ADDRESS, ["case_started"])
    world.start()
    go_to(world, "2026-03-05T09:20")
    return found
