"""What the sandbox says later: signed, at its time, a bounded number of times, and again when its caller comes back."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from connectors.beds import Beds
from connectors.sandbox import Sandbox, sandbox_server
from connectors.sandbox.callbacks import MAX_TRIES
from connectors.sandbox.faults import Fault
from connectors.sandbox.replies import Reply, Rule
from engine.ports import Call, Inbound

from .conftest import SECRET
from .test_contract_operations import OFFER

NEVER_S = 3_600.0


class Listener:
    """Takes callbacks as Linbang does, and answers as a test says."""

    def __init__(self) -> None:
        self.answer: Callable[[], int] = lambda: 200
        self.taken: list[Inbound] = []
        self.arrived = threading.Event()
        self._receiver = Beds("http://127.0.0.1:9", secret=SECRET)

    def take(self, headers: dict[str, str], body: bytes) -> int:
        self.taken.append(self._receiver.receive(headers, body))
        self.arrived.set()
        return self.answer()


@contextmanager
def listening(listener: Listener) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = listener.take(dict(self.headers), body)
            answer = json.dumps({"result": "delivered"}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join(5)


@pytest.fixture
def listener() -> Listener:
    return Listener()


@contextmanager
def playing(listener: Listener, reply_after_s: float = NEVER_S) -> Iterator[tuple[Sandbox, Beds]]:
    """Play a platform whose institutions accept everything."""
    with listening(listener) as url:
        sandbox = Sandbox(callback_url=url, secret=SECRET, reply_after_s=reply_after_s, retry_after_s=NEVER_S)
        sandbox.beds.replies.replace([Rule(Reply("accepted"))], seed=0)
        with sandbox_server(sandbox) as served:
            yield sandbox, Beds(served.beds_url, secret=SECRET)


def offer(beds: Beds) -> None:
    beds.call(Call("offer", OFFER, "17-3", 5))


def test_it_says_by_itself_what_it_has_to_say(listener: Listener) -> None:
    with playing(listener, reply_after_s=0) as (_, beds):
        offer(beds)

        assert listener.arrived.wait(10)

    (said,) = listener.taken
    assert (said.reference, said.message, said.content["reply"]) == ("17-3", "bed_reply", "accepted")


def test_it_says_nothing_before_its_time(listener: Listener) -> None:
    with playing(listener) as (sandbox, beds):
        offer(beds)

        assert sandbox.callbacks.send_due() == 0
        assert sandbox.callbacks.send_due(all_of_them=True) == 1
    assert len(listener.taken) == 1


def test_it_says_the_same_twice_on_demand(listener: Listener) -> None:
    """The number is the same, so that a double is known as one."""
    with playing(listener) as (sandbox, beds):
        offer(beds)
        sandbox.faults.replace([Fault("doubled", system="beds")], seed=0)
        sandbox.callbacks.send_due(all_of_them=True)

    assert len(listener.taken) == 2
    assert listener.taken[0] == listener.taken[1]


def test_it_gives_up_after_a_bounded_number_of_tries(listener: Listener) -> None:
    listener.answer = lambda: 503
    with playing(listener) as (sandbox, beds):
        offer(beds)

        assert sum(sandbox.callbacks.send_due(all_of_them=True) for _ in range(MAX_TRIES + 3)) == 0
        assert [one.state for one in sandbox.callbacks.listed()] == ["given_up"]
    assert len(listener.taken) == MAX_TRIES


def test_it_says_it_again_when_its_caller_comes_back(listener: Listener) -> None:
    """A case whose call became an incident asks once more under its key: the reply is still to come."""
    listener.answer = lambda: 409
    with playing(listener) as (sandbox, beds):
        offer(beds)
        for _ in range(MAX_TRIES):
            sandbox.callbacks.send_due(all_of_them=True)
        listener.answer = lambda: 200

        offer(beds)

        assert sandbox.callbacks.send_due(all_of_them=True) == 1
    assert len({said.id for said in listener.taken}) == 1


def test_an_institution_decides_once_however_often_it_has_to_say_so(listener: Listener) -> None:
    answers = iter([503, 200])
    listener.answer = lambda: next(answers)
    with playing(listener) as (sandbox, beds):
        offer(beds)
        sandbox.callbacks.send_due(all_of_them=True)
        sandbox.callbacks.send_due(all_of_them=True)

        assert [one.state for one in sandbox.callbacks.listed()] == ["delivered"]
        assert [one.state for one in sandbox.beds.offers.values()] == ["accepted"]
    assert len(listener.taken) == 2


def test_it_calls_nobody_back_where_nobody_listens() -> None:
    sandbox = Sandbox(secret=SECRET)
    with sandbox_server(sandbox) as served:
        offer(Beds(served.beds_url))

    assert sandbox.callbacks.listed() == []
