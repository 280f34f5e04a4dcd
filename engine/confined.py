"""Runs a function of ours on foreign material in a process of its own, which ends at its limits.

A server has threads, so the process is started anew, never forked. What goes in is pickled, for it is ours; what
comes back is JSON, for whoever breaks a library of the child must not reach the parent.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import os
import pickle
import resource
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import Busy, EngineError, InvalidInput
from engine.sentences import Sentence, packed, unpacked

MAX_ANSWER_BYTES = 64 * 1024 * 1024
MAX_AT_ONCE = 2
_MEGA = 1024 * 1024
_NO_MEMORY = 3
"""The exit code of a child that asked for more memory than it may have."""
_SAID = 4_000
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "LD_LIBRARY_PATH")
"""What a child learns of the environment: none of the installation's secrets."""
_log = logging.getLogger("linbang.gate")
_places = threading.BoundedSemaphore(MAX_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use. processor_s: of one core; wall_s: by the clock; memory_mb: address space."""

    processor_s: int = 20
    wall_s: int = 60
    memory_mb: int = 1_024


def run(target: str, argument: Any, limits: Limits, places: threading.Semaphore = _places) -> Any:
    """Give what a function, written `module:name`, says to an argument; it has to be JSON.

    Raises InvalidInput when a limit is reached (`limit_processor`, `limit_time`, `limit_memory`), when the process
    ends by itself (`check_died`), and what the function itself raises of the engine's errors; Busy
    (`checks_busy`) when no place is free for as long as one may take. places: how many may run at once.
    """
    if not places.acquire(timeout=limits.wall_s):
        raise Busy("Expected a free place for this check, but others are running", code="checks_busy")
    try:
        return _read(*_ended(target, pickle.dumps((limits, argument)), limits), limits)
    finally:
        places.release()


def _ended(target: str, given: bytes, limits: Limits) -> tuple[int | None, bytes, bytes]:
    """Give how the process ended, None when it had to be ended, with what it answered and complained."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    command = [sys.executable, "-m", __spec__.name if __spec__ else "engine.confined", target]
    with tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as complaint:
        with subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command, stdin=subprocess.PIPE, stdout=answer, stderr=complaint, env=environment
        ) as child:
            try:
                child.communicate(given, timeout=limits.wall_s)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
                return None, b"", b""
        answer.seek(0)
        complaint.seek(0)
        return child.returncode, answer.read(MAX_ANSWER_BYTES + 1), complaint.read(_SAID * 4)


def _read(code: int | None, answer: bytes, complaint: bytes, limits: Limits) -> Any:
    if code is None:
        raise InvalidInput(
            Sentence("Expected the check to end within {most} s, but it goes on", most=limits.wall_s),
            code="limit_time",
        )
    if code == -signal.SIGXCPU:
        raise InvalidInput(
            Sentence(
                "Expected the check to need at most {most} s of the processor, but it needs more",
                most=limits.processor_s,
            ),
            code="limit_processor",
        )
    if code in (_NO_MEMORY, -signal.SIGKILL):  # the machine itself kills whoever takes too much
        raise InvalidInput(
            Sentence(
                "Expected the check to need at most {most} MB of memory, but it needs more",
                most=limits.memory_mb,
            ),
            code="limit_memory",
        )
    if code != 0 or len(answer) > MAX_ANSWER_BYTES:
        _log.error("A confined check ended with %s: %s", code, complaint.decode("utf-8", "replace")[-_SAID:])
        raise InvalidInput(
            Sentence("Expected the check to come to its end, but it ended with {code}", code=code),
            code="check_died",
        )
    told: Mapping[str, Any] = json.loads(answer)
    if "refused" in told:
        raise InvalidInput(unpacked(told["refused"]), code=str(told["code"]))
    return told["answer"]


def _confine(limits: Limits) -> None:
    """Set the limits of this process; the one of the processor ends it a second later if it can still catch it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.processor_s, limits.processor_s + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_ANSWER_BYTES + 1, MAX_ANSWER_BYTES + 1))
    memory = limits.memory_mb * _MEGA
    with contextlib.suppress(ValueError, OSError):  # macOS has no limit of this kind
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def main() -> int:
    """Be the child: read the argument, call the function that is named, write its answer."""
    try:
        limits, argument = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent
        _confine(limits)
        module, _, name = sys.argv[1].partition(":")
        try:
            told: Any = {"answer": getattr(importlib.import_module(module), name)(argument)}
        except EngineError as exc:
            told = {"refused": packed(exc.message), "code": exc.code}
        sys.stdout.buffer.write(json.dumps(told).encode())
        sys.stdout.buffer.flush()
    except MemoryError:
        return _NO_MEMORY
    return 0


if __name__ == "__main__":
    code = main()
    # Nothing is left to tidy up, and what is tidied up may want memory that is not there.
    os._exit(code)
