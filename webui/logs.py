"""What a process says of itself, on standard error, where the service manager keeps it."""

from __future__ import annotations

import logging


def log_plainly() -> None:
    """Say what happens, without what libraries say of every token; harmless when repeated."""
    logging.getLogger("spiff").setLevel(logging.WARNING)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
