"""A person whose desk nobody looks at: works over the REST interface, by the same rules and in the same words."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

import requests

from .wording import Words, service, services

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .desk import Answers
    from .running import Server

ALLOWANCE = "Minimum living allowance"
PATIENCE_S, LOOK_S = 15, 0.05


class Unseen:
    """Somebody by user name; answers are given by labels, as at a desk."""

    def __init__(self, server: Server, username: str) -> None:
        self._address = f"{server.address}/api/v1"
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {server.tokens[username]}"

    def apply(self, answers: Answers, name: str = ALLOWANCE, *, office: str | None = None) -> str:
        """Start a case of a service, and give its number; `office` by its code where there is a choice."""
        words = services()[name]
        key = words.definition.key
        values = words.values(words.definition.start_form or "", answers)
        body = {"service_key": key, "answers": values} | ({"office": office} if office else {})
        return str(self._send("POST", "process-instances", body)["business_key"])

    def open(self, task: str, case: str) -> Mapping[str, Any]:
        """Claim a task as soon as it is there, and give it: an outside system may have to answer first."""
        until = time.monotonic() + PATIENCE_S
        while True:
            found, words = self._case(case)
            for one in found["user_tasks"]:
                if words.element(one["element_id"]) == task:
                    self._send("POST", f"user-tasks/{one['id']}/claim")
                    return cast("Mapping[str, Any]", one)
            waiting = [one["element_id"] for one in found["user_tasks"]]
            assert time.monotonic() < until, f"Expected {task!r} of {case}, but there is {waiting}"
            time.sleep(LOOK_S)

    def do(self, task: str, case: str, answers: Answers) -> None:
        """Claim a task, answer it and pass it on; where two have to sign, as the first."""
        claimed = self.open(task, case)
        words = Words(service(claimed["service_key"]))
        values = words.values(words.definition.elements[claimed["element_id"]].form or "", answers)
        self._send("POST", f"user-tasks/{claimed['id']}/complete", {"answers": values})

    def sign_first(self, task: str, case: str, answers: Answers) -> None:
        """Answer a task that needs two people, and sign as the first."""
        self.do(task, case, answers)

    def sign_second(self, task: str, case: str) -> None:
        """Sign the answers that a colleague gave."""
        self._send("POST", f"user-tasks/{self.open(task, case)['id']}/complete", {})

    def tell(self, case: str, button: str, answers: Answers) -> None:
        """Hand in something that a case waits for, such as an objection."""
        found, words = self._case(case)
        name = next(one for one in found["messages"] if words.button(one) == button)
        values = words.values(words.definition.messages[name].form or "", answers)
        body = {"message_name": name, "process_instance_id": found["id"], "answers": values}
        self._send("POST", "messages", body)

    def close(self) -> None:
        """Hang up."""
        self._session.close()

    def _case(self, number: str) -> tuple[Mapping[str, Any], Words]:
        listed = self._send("GET", f"process-instances?business_key={number}")["items"]
        assert listed, f"Expected a case {number}, but there is none"
        case = self._send("GET", f"process-instances/{listed[0]['id']}")
        return case, Words(service(case["service_key"]))

    def _send(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._session.request(method, f"{self._address}/{path}", json=body, timeout=30)
        assert answer.ok, answer.text
        return answer.json()
