"""A town with somebody for every rule, a service whose rules a test chooses, and receivers on real sockets."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connectors import signing
from connectors.hooks import Hooks
from connectors.mail import Mail
from connectors.sandbox import sandbox_server
from connectors.sandbox.server import MAIL_FROM, Served
from connectors.sms import Sms
from engine import subscriptions, substitutions, user_tasks
from engine.alerting import ledger, phones
from engine.definitions import Bundle, read_groups
from tests.engine.alerts.conftest import QIAN, enlist
from tests.engine.bundles import bundle, chain, node, user_task
from tests.engine.support import ALICE, BOB, DISTRICT, SUPERVISOR, World, make_world, person

if TYPE_CHECKING:
    from engine.alerting.ledger import Entry
    from engine.people import Actor

LENA = person(21, "Lena", "leader")
"""Her group leads Alice's."""
STEFAN = person(22, "Stefan")
"""Stands in for others."""
OLGA = person(23, "Olga", office=DISTRICT, roles="operator")
PHONES = {
    actor.person_id: f"1990000{actor.person_id:04}" for actor in (ALICE, BOB, LENA, QIAN, STEFAN, SUPERVISOR)
}
GROUPS = read_groups(
    b"""
clerk: {level: subdistrict, name: {zh: clerk, en: clerk}}
reviewer: {level: subdistrict, leader: leader, name: {zh: reviewer, en: reviewer}}
leader: {level: subdistrict, name: {zh: leader, en: leader}}
district: {level: district, name: {zh: district, en: district}}
supervisor: {level: district, name: {zh: supervisor, en: supervisor}}
"""
)
WHO = {"assignee": ALICE, "leader": LENA, "supervisor": QIAN, "district": SUPERVISOR, "group reviewer": BOB}
"""By what a rule says: who is meant by it; of the group Bob, beside Alice."""
LEVELS = {"1 WD": "2026-03-05T09:05", "breach": "2026-03-09T09:05", "after 2 WD": "2026-03-10T09:05"}
"""By level: when its messages go of a clock of four working days that starts on Monday 2026-03-02."""


@dataclass
class Machine:
    """A machine of somebody else that listens: it checks the signature, and takes what has one key once."""

    address: str = ""
    secret: bytes = b""
    heard: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def take(self, headers: Any, body: bytes) -> int:
        signing.check(self.secret, body, headers[signing.HEADER], int(time.time()))
        self.asked.append(headers["Idempotency-Key"])
        self.heard.setdefault(headers["Idempotency-Key"], json.loads(body))
        return 204


@contextmanager
def listening(machine: Machine) -> Iterator[Machine]:
    """Let a machine listen on a socket of its own."""

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(
                machine.take(self.headers, self.rfile.read(int(self.headers["Content-Length"])))
            )
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        machine.address = f"http://127.0.0.1:{server.server_port}/linbang"
        yield machine
        server.shutdown()
        thread.join()


def watched(rules: str | None) -> Bundle:
    """Make a service of one task with a clock that warns a day before it is due, and rules of its own."""
    clock = '<linbang:deadline id="limit" kind="internal" limit="4 WD" warn="1 WD" />'
    files = {} if rules is None else {"alerts__yaml": rules.encode()}
    drawn = node("startEvent", "begin") + user_task("review", inner=clock) + node("endEvent", "done")
    return bundle(drawn + chain("begin", "review", "done"), **files)


def rules_for(level: str, who: str, ways: str) -> str:
    """Write rules that tell somebody of one level by some ways, and of the others nobody who would be counted."""
    written = {"warning": {}, "breach": {"district": "page"}, level: {who: ways}}
    return json.dumps({"default": written})


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path)
    made.runtime.groups = GROUPS
    for actor in (ALICE, BOB, LENA, QIAN, STEFAN, SUPERVISOR):
        enlist(made.runtime, actor)
        phones.keep_phone(made.runtime, actor.person_id or 0, PHONES[actor.person_id])
    enlist(made.runtime, OLGA)
    yield made
    made.runtime.database.close()


@pytest.fixture
def served(world: World) -> Iterator[Served]:
    """Connect the town with the sandbox: its SMTP server and its gateway for short messages."""
    with sandbox_server() as found:
        world.runtime.connectors = connectors_to(found.mail_url, found.sms_url)
        yield found


@pytest.fixture
def machine(world: World) -> Iterator[Machine]:
    """Let a machine subscribe to clocks that warn and are missed."""
    with listening(Machine()) as found:
        world.runtime.hooks = Hooks(private=True)
        events = ["deadline_warned", "deadline_breached"]
        found.secret = subscriptions.subscribe(world.runtime, OLGA, found.address, events).secret.encode()
        yield found


def connectors_to(mail_url: str, sms_url: str) -> dict[str, Any]:
    """Give the ways out, as an installation has them."""
    return {"mail": Mail(mail_url, MAIL_FROM), "sms": Sms.configured({"LINBANG_SMS_URL": sms_url})}


def one_case(world: World, rules: str | None) -> int:
    """Start a case whose task Alice has claimed; gives its id."""
    world.deploy(watched(rules))
    case = world.start()
    user_tasks.claim(world.runtime, world.task(ALICE, "review"), ALICE)
    return case.id


def away(world: World, absent: Actor, substitute: Actor = STEFAN) -> None:
    """Let somebody stand in for somebody in the first weeks of March."""
    begins, ends = date(2026, 3, 2), date(2026, 3, 20)
    assert absent.person_id is not None
    assert substitute.person_id is not None
    substitutions.appoint(world.runtime, absent, absent.person_id, substitute.person_id, begins, ends)


def entry(world: World, case_id: int, level: str) -> Entry:
    """Give what the ledger says of one level of a case."""
    (found,) = [one for one in ledger.of_case(world.runtime, SUPERVISOR, case_id) if one.alert.level == level]
    return found
