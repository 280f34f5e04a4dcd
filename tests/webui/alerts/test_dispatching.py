"""Mails about alerts are sent beside the clocks: a server that does not answer holds nothing up."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Any

from engine.alerting import alerts
from tests.engine.alerts.conftest import QIAN, watched_service
from tests.webui.dispatchers.conftest import WITHIN_S, running, until

if TYPE_CHECKING:
    from engine.ports import Call
    from tests.engine.support import World


@dataclass
class HeldMail:
    """A mail server whose answer lasts until the test lets it go."""

    begun: Event = field(default_factory=Event)
    go_on: Event = field(default_factory=Event)
    sent: list[str] = field(default_factory=list)
    name = "mail"
    operations: Any = field(default_factory=dict)

    def call(self, call: Call) -> Any:
        self.begun.set()
        assert self.go_on.wait(WITHIN_S)
        self.sent.append(call.parameters["to"])
        return {"message_id": "<1@linxi.example>"}


def levels(world: World) -> list[str]:
    return [one.level for one in alerts.page(world.runtime, QIAN).alerts]


def test_clocks_go_on_while_the_mail_server_does_not_answer(world: World) -> None:
    world.runtime.connectors = {"mail": (held := HeldMail())}
    world.deploy(watched_service())
    world.start()
    with running(world, interval_s=0.05, callers=1):
        world.clock.set("2026-03-05T09:00")
        until(lambda: levels(world) == ["1 WD"])
        world.clock.set("2026-03-05T09:05")
        assert held.begun.wait(WITHIN_S)

        world.clock.set("2026-03-06T17:00")
        until(lambda: levels(world) == ["breach", "1 WD"])

        assert held.sent == []
        held.go_on.set()
        until(lambda: len(held.sent) == 1)
