"""Signs in and moves the demo's clock by their forms without drawing pages: most days of a story pass unseen."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from .desk import Desk

ZONE = ZoneInfo("Asia/Shanghai")
Step = Literal["PT1H", "PT4H", "1 WD", "5 WD"]
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_MOMENT = re.compile(r'<output><time datetime="([^"]+)"')
_PAGE = "/help"
_MOVED = 302


def sign_in_unseen(desk: Desk, username: str, language: str) -> None:
    """Sign in by the form without drawing it; the password of the demo is the user name."""
    requests, address = desk.context.request, f"{desk.address}/sign-in?lang={language}"
    token = _TOKEN.search(requests.get(address).text())
    assert token is not None
    form: dict[str, str | float | bool] = {
        "csrf_token": token[1],
        "username": username,
        "password": username,
    }
    answer = requests.post(address, form=form, max_redirects=0)
    assert answer.status == _MOVED, answer.text()


class Clock:
    """The clock as somebody has it on every page."""

    def __init__(self, desk: Desk) -> None:
        self._requests, self._address = desk.context.request, desk.address
        self._token = self._read(_TOKEN)

    @property
    def now(self) -> datetime:
        """The moment that it shows."""
        return datetime.fromisoformat(self._read(_MOMENT)).astimezone(ZONE)

    def later(self, step: Step, times: int = 1) -> None:
        """Move it on by one of its buttons."""
        for _time in range(times):
            form: dict[str, str | float | bool] = {"csrf_token": self._token, "step": step}
            answer = self._requests.post(f"{self._address}/demo/clock", form=form, max_redirects=0)
            assert answer.status == _MOVED, answer.text()

    def _read(self, sought: re.Pattern[str]) -> str:
        found = sought.search(self._requests.get(f"{self._address}{_PAGE}").text())
        assert found is not None, f"Expected a page with {sought.pattern}"
        return found[1]
