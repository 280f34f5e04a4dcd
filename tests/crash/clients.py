"""People at work in browsers: they write down what they ask for, and what the server acknowledged."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass, field

import requests

PATIENCE_S = 30.0
ENOUGH_WORK = 10
"""How many unclaimed tasks somebody sees before starting no further case."""

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_CLAIM = re.compile(r'action="/tasks/(\d+)/claim"')
_MINE = re.compile(r'action="/tasks/(\d+)/unclaim"')
_ANSWER = 'name="a"'


@dataclass(frozen=True, slots=True)
class Step:
    """Something a person does once. kind: `started`, `claimed`, `answered` or `countersigned`.

    mark: the answer, never given twice; none where nothing is answered.
    """

    kind: str
    person: int
    task: int | None = None
    mark: str | None = None


@dataclass
class Diary:
    """What everybody did: what was asked, what the server said was done, what it refused."""

    asked: Counter[Step] = field(default_factory=Counter)
    acknowledged: Counter[Step] = field(default_factory=Counter)
    refused: Counter[Step] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)


class Caseworker:
    """One person with one browser, whose session outlives the server. Used by one thread at a time."""

    def __init__(self, name: str, person: int, seed: int) -> None:
        self.diary = Diary()
        self.waiting = False
        """Whether a request is under way."""
        self._name, self._person = name, person
        self._dice = random.Random(f"{seed}-{name}")
        self._session = requests.Session()
        self._session.trust_env = False
        self._address = self._token = ""
        self.signed_in = False
        self._marks = 0

    def work(self, address: str) -> None:
        """Do one thing after the other until the server is gone."""
        self._address = address
        try:
            self._sign_in()
            for task in _MINE.findall(self._page("/?view=mine")):
                self._answer(int(task))
            while True:
                self._take_something_up()
        except requests.RequestException:
            self._session.close()  # the cookies stay; the connections are dead

    def close(self) -> None:
        """Close the browser."""
        self._session.close()

    def _sign_in(self) -> None:
        if self.signed_in and self._dice.random() < 0.95:
            return  # the session outlives the server
        self._page("/sign-in")
        answer = self._post("/sign-in", username=self._name, password=self._name)
        self.signed_in = answer.status_code == 302
        if not self.signed_in:
            self.diary.unexpected.append(f"sign-in: {answer.status_code}")

    def _take_something_up(self) -> None:
        tasks = _CLAIM.findall(self._page("/?view=groups"))
        if len(tasks) < ENOUGH_WORK:
            self._start()
            return
        task = int(self._dice.choice(tasks))
        if self._do(Step("claimed", self._person, task), f"/tasks/{task}/claim"):
            self._answer(task)

    def _start(self) -> None:
        service = self._dice.choice(("chain", "mixed", "mixed"))
        step = Step("started", self._person, mark=self._new_mark())
        self._do(step, f"/services/{service}/start", a=step.mark or "")

    def _answer(self, task: int) -> None:
        page = self._page(f"/tasks/{task}")
        if _ANSWER in page:
            step = Step("answered", self._person, task, self._new_mark())
            self._do(step, f"/tasks/{task}", a=step.mark or "")
        else:
            self._do(Step("countersigned", self._person, task), f"/tasks/{task}")

    def _do(self, step: Step, path: str, **fields: str) -> bool:
        """Ask for a step, and write down what became of it before going on."""
        self.diary.asked[step] += 1
        answer = self._post(path, **fields)
        if answer.status_code == 302:
            self.diary.acknowledged[step] += 1
            return True
        self.diary.refused[step] += 1
        if answer.status_code not in (403, 409):
            self.diary.unexpected.append(f"{step} at {path}: {answer.status_code}")
        return False

    def _page(self, path: str) -> str:
        answer = self._request("GET", path)
        if answer.status_code not in (200, 409):
            self.diary.unexpected.append(f"GET {path}: {answer.status_code}")
        found = _TOKEN.search(answer.text)
        self._token = found[1] if found else self._token
        return answer.text

    def _post(self, path: str, **fields: str) -> requests.Response:
        return self._request("POST", path, {"csrf_token": self._token, **fields})

    def _request(self, method: str, path: str, fields: dict[str, str] | None = None) -> requests.Response:
        self.waiting = True
        try:
            return self._session.request(
                method, self._address + path, data=fields, timeout=PATIENCE_S, allow_redirects=False
            )
        finally:
            self.waiting = False

    def _new_mark(self) -> str:
        self._marks += 1
        return f"{self._name}-{self._marks}"
