"""An application and the outside systems' sandbox, each on real sockets, and a case that waits for a reply."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from connectors import signing
from connectors.beds import Beds
from connectors.sandbox import Sandbox, Served, sandbox_server
from engine.scheduler import tick
from tests.engine.bundles import bundle, chain, node, trigger, user_task
from tests.engine.story import Story, begin
from tests.engine.support import World, make_world
from tests.webui.application import application

SECRET = b"agreed with the platform"
NEVER_S = 3_600.0
"""Nothing is said by itself: a test says when."""

_OFFER = """{
  bed_no: bed_no, institution: "YL01", referral_no: "WC-1", urgent: false,
  reply_by: @"2026-03-04T17:00:00+08:00", consent_no: "TY-1",
  person: {name: name, id_no: "990101195203070011", sex: "male", birth_date: @"1952-03-07"},
  care: {level: 3, diagnosis: [], adl: null, medication: null, infection_screen: null, dnr: null}
}"""


def _call() -> str:
    names = ("bed_no", "institution", "referral_no", "urgent", "reply_by", "consent_no", "person", "care")
    parameters = "".join(f'<spiffworkflow:parameter id="{name}" value="asked.{name}" />' for name in names)
    return node(
        "serviceTask",
        "offer_bed",
        '<bpmn:extensionElements><spiffworkflow:serviceTaskOperator id="beds.offer" resultVariable="offer">'
        f"<spiffworkflow:parameters>{parameters}</spiffworkflow:parameters>"
        "</spiffworkflow:serviceTaskOperator></bpmn:extensionElements>",
        'linbang:retry="R3/PT1M"',
    )


OFFERS = bundle(
    node("startEvent", "begin")
    + node("scriptTask", "describe", f"<bpmn:script>{{asked: {_OFFER}}}</bpmn:script>".replace('"', "&quot;"))
    + _call()
    + node("intermediateCatchEvent", "wait", trigger("message", "bed_reply"))
    + user_task("tell_family")
    + node("endEvent", "done")
    + chain("begin", "describe", "offer_bed", "wait", "tell_family", "done"),
    extra='<bpmn:message id="message_bed_reply" name="bed_reply" linbang:messageGroups="clerk" '
    'linbang:matches="message.offer_no = offer.offer_no" />',
)


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@dataclass
class Outside:
    """What a test does from outside: it posts, and it lets the platform speak."""

    world: World
    served: Served
    url: str
    answers: list[dict[str, Any]] = field(default_factory=list)

    @property
    def sandbox(self) -> Sandbox:
        return self.served.sandbox

    def offer(self) -> Story:
        """Start a case and let it make its offer."""
        return begin(self.world, OFFERS, bed_no="YL01-001")

    def reply(self, **reply: Any) -> None:
        """Say what institutions reply to the offers that come."""
        self.put("replies", {"replies": [reply]})

    def let_speak(self) -> int:
        """Let the platform say everything that it still has to say; give how much was taken in."""
        body = json.dumps({"now": "2026-03-03T09:00:00+08:00"}).encode()
        request = urllib.request.Request(f"{self.served.url}/sandbox/tick", body, method="POST")
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(json.load(answer)["delivered"])

    def put(self, path: str, body: Any) -> None:
        request = urllib.request.Request(
            f"{self.served.url}/sandbox/{path}", json.dumps(body).encode(), method="PUT"
        )
        urllib.request.urlopen(request, timeout=5).close()

    def post(
        self,
        body: dict[str, Any] | bytes,
        *,
        connector: str = "beds",
        secret: bytes = SECRET,
        ago_s: int = 0,
        header: str | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """Post a signed callback and give status and answer."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        value = header if header is not None else signing.sign(secret, content, int(time.time()) - ago_s)
        headers = {signing.HEADER: value, "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/callbacks/{connector}", content, headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)


def reply(story: Story, number: str = "r-1", **content: Any) -> dict[str, Any]:
    """Write the platform's reply to the offer of a case."""
    return {
        "id": number,
        "reference": f"{story.case_id}-{1_000_000}",
        "message": "bed_reply",
        "content": {"offer_no": "YP-000001", "reply": "accepted", "by": "听雨养老院", **content},
    }


@contextmanager
def serving(world: World, folder: Path) -> Iterator[str]:
    """Serve the application around a world; gives its address."""
    app = application(world.runtime, folder, testing=False)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    world = make_world(tmp_path)
    sandbox = Sandbox(secret=SECRET, reply_after_s=NEVER_S, retry_after_s=NEVER_S)
    with sandbox_server(sandbox) as served:
        world.runtime.connectors = {"beds": Beds(served.beds_url, secret=SECRET)}
        with serving(world, tmp_path) as url:
            sandbox.callbacks.url = f"{url}/callbacks"
            yield Outside(world, served, url)
    world.runtime.database.close()


def run_due(story: Story) -> None:
    """Move the clock past the next retries and run them."""
    for _ in range(3):
        story.world.clock.move(minutes=5)
        tick(story.world.runtime)
