"""The settings of an installation, read from the environment. Every one is documented in docs/OPERATING.md."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.errors import InvalidInput

ROOT = Path(__file__).resolve().parent.parent
MAX_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things lie and how the application listens."""

    data_dir: Path
    database_url: str
    key_file: Path
    processes_dir: Path
    host: str
    port: int
    registry_url: str
    trusted_proxy: str
    demo: bool

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, *, demo: bool = False) -> Settings:
        """Read the settings; raises InvalidInput naming the variable that cannot be used."""
        data_dir = Path(environment.get("LINBANG_DATA_DIR", "var")).resolve()
        return cls(
            data_dir=data_dir,
            database_url=environment.get("LINBANG_DATABASE_URL", f"sqlite:///{data_dir / 'linbang.db'}"),
            key_file=Path(environment.get("LINBANG_KEY_FILE", data_dir / "linbang.key")).resolve(),
            processes_dir=Path(environment.get("LINBANG_PROCESSES_DIR", ROOT / "processes")).resolve(),
            host=environment.get("LINBANG_HOST", "127.0.0.1"),
            port=_port(environment.get("PORT", "8000")),
            registry_url=environment.get("LINBANG_REGISTRY_URL", ""),
            trusted_proxy=environment.get("LINBANG_TRUSTED_PROXY", ""),
            demo=demo or environment.get("LINBANG_DEMO") == "1",
        )


def _port(text: str) -> int:
    if not text.isdigit() or not 0 <= int(text) <= MAX_PORT:
        raise InvalidInput(
            f"Expected PORT to be a number up to {MAX_PORT}, but it is {text!r}", code="setting_broken"
        )
    return int(text)
