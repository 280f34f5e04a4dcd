"""The settings of an installation, read from the environment. Every one is documented in docs/OPERATING.md."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from engine.confined import Limits
from engine.errors import InvalidInput

ROOT = Path(__file__).resolve().parent.parent
MAX_PORT = 65_535
MAX_WAIT_S = 86_400
MIN_SILENT_S = 1
MAX_LIVE_CASES = 100_000
MAX_CHECK_S = 3_600
MIN_CHECK_MB = 256
MAX_CHECK_MB = 1_000_000
EMBEDDED = "embedded"
WORKERS = "none"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things lie and how the application listens."""

    data_dir: Path
    database_url: str
    key_file: Path
    processes_dir: Path
    host: str
    port: int
    trusted_proxy: str
    demo: bool
    outside: Mapping[str, str]
    """Every variable of ours as it was given; connectors name those that they are set up with."""
    public_url: str
    """Where people reach the installation, for links in mails; empty where nobody said so."""
    sandbox_callback_url: str
    sandbox_reply_s: float
    hooks_private: bool
    """Whether machines that subscribe may stand inside our own network."""
    background: str
    """Who runs due jobs: the server itself (EMBEDDED), or workers beside it (WORKERS)."""
    worker_name: str
    worker_silent_s: float
    """After how many seconds of silence a worker counts as gone."""
    live_cases: int
    """How many cases a process keeps as objects between their steps; 0 for none."""
    check_limits: Limits
    """What the check of an uploaded service may use."""
    story_limits: Limits
    """What playing all stories of a service may use."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, *, demo: bool = False) -> Settings:
        """Read the settings; raises InvalidInput naming the variable that cannot be used."""
        data_dir = Path(environment.get("LINBANG_DATA_DIR", "var")).resolve()
        memory_mb = _whole(
            "LINBANG_CHECK_MEMORY_MB",
            environment.get("LINBANG_CHECK_MEMORY_MB", "1024"),
            MIN_CHECK_MB,
            MAX_CHECK_MB,
        )
        stories_s = _whole("LINBANG_STORIES_S", environment.get("LINBANG_STORIES_S", "120"), 1, MAX_CHECK_S)
        return cls(
            data_dir=data_dir,
            database_url=environment.get("LINBANG_DATABASE_URL", f"sqlite:///{data_dir / 'linbang.db'}"),
            key_file=Path(environment.get("LINBANG_KEY_FILE", data_dir / "linbang.key")).resolve(),
            processes_dir=Path(environment.get("LINBANG_PROCESSES_DIR", ROOT / "processes")).resolve(),
            host=environment.get("LINBANG_HOST", "127.0.0.1"),
            port=_port(environment.get("PORT", "8000")),
            trusted_proxy=environment.get("LINBANG_TRUSTED_PROXY", ""),
            demo=demo or environment.get("LINBANG_DEMO") == "1",
            outside={name: value for name, value in environment.items() if name.startswith("LINBANG_")},
            public_url=_web_address("LINBANG_PUBLIC_URL", environment.get("LINBANG_PUBLIC_URL", "")),
            sandbox_callback_url=environment.get("LINBANG_SANDBOX_CALLBACK_URL", ""),
            sandbox_reply_s=_seconds(
                "LINBANG_SANDBOX_REPLY_S", environment.get("LINBANG_SANDBOX_REPLY_S", "5")
            ),
            hooks_private=environment.get("LINBANG_HOOKS_PRIVATE") == "1",
            background=_background(environment.get("LINBANG_BACKGROUND", EMBEDDED)),
            worker_name=environment.get("LINBANG_WORKER_NAME", "") or socket.gethostname(),
            worker_silent_s=_seconds(
                "LINBANG_WORKER_SILENT_S", environment.get("LINBANG_WORKER_SILENT_S", "30"), MIN_SILENT_S
            ),
            live_cases=_whole(
                "LINBANG_LIVE_CASES", environment.get("LINBANG_LIVE_CASES", "0"), 0, MAX_LIVE_CASES
            ),
            check_limits=Limits(
                processor_s=_whole(
                    "LINBANG_CHECK_PROCESSOR_S",
                    environment.get("LINBANG_CHECK_PROCESSOR_S", "20"),
                    1,
                    MAX_CHECK_S,
                ),
                wall_s=_whole("LINBANG_CHECK_S", environment.get("LINBANG_CHECK_S", "60"), 1, MAX_CHECK_S),
                memory_mb=memory_mb,
            ),
            story_limits=Limits(stories_s, stories_s, memory_mb),
        )

    def given(self, names: Iterable[str]) -> dict[str, str]:
        """Give those of a connector's settings that are not empty.

        A secret may lie in a file, which the variable of the same name with `_FILE` behind it names. Raises
        InvalidInput when the file cannot be read.
        """
        found = {}
        for name in names:
            value = self.outside.get(name, "")
            file = self.outside.get(f"{name}_FILE", "")
            if file and not value:
                value = _content(f"{name}_FILE", Path(file))
            if value:
                found[name] = value
        return found


def _content(name: str, file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise InvalidInput(
            f"Expected {name} to name a file that can be read, but it does not", code="setting_broken"
        ) from exc


def _web_address(name: str, text: str) -> str:
    parts = urlsplit(text)
    if text and (
        parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment
    ):
        raise InvalidInput(
            f"Expected {name} to be an address such as https://linbang.example.org, but it is {text!r}",
            code="setting_broken",
        )
    return text.rstrip("/")


def _background(text: str) -> str:
    if text not in {EMBEDDED, WORKERS}:
        raise InvalidInput(
            f"Expected LINBANG_BACKGROUND to be {EMBEDDED} or {WORKERS}, but it is {text!r}",
            code="setting_broken",
        )
    return text


def _seconds(name: str, text: str, at_least: float = 0) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not at_least <= value <= MAX_WAIT_S:
        raise InvalidInput(
            f"Expected {name} to be seconds from {at_least} up to {MAX_WAIT_S}, but it is {text!r}",
            code="setting_broken",
        )
    return value


def _whole(name: str, text: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
        raise InvalidInput(
            f"Expected {name} to be a number from {least} to {most}, but it is {text!r}",
            code="setting_broken",
        )
    return int(text)


def _port(text: str) -> int:
    if not text.isdigit() or not 0 <= int(text) <= MAX_PORT:
        raise InvalidInput(
            f"Expected PORT to be a number up to {MAX_PORT}, but it is {text!r}", code="setting_broken"
        )
    return int(text)
