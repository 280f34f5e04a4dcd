"""The services that this installation offers: deploying new versions, finding compiled ones."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from engine.definitions import Bundle, Definition, compile_bundle, read_zip
from engine.errors import InvalidInput, NotFound
from engine.problems import Problem
from engine.state import from_ms, to_ms
from engine.store.definitions import DefinitionRow, DefinitionStore
from engine.store.schedules import ScheduleRow
from engine.timers import moment_of, no_expression, repeats_of

if TYPE_CHECKING:
    from engine.calendars import Calendars
    from engine.definitions import Gate, Groups
    from engine.ports import OperationShape


_MAX_CHECKED = 4


class Catalogue:
    """Compiled definitions of one process, each compiled once; safe for many threads."""

    def __init__(
        self,
        store: DefinitionStore,
        groups: Groups,
        operations: Mapping[str, OperationShape] | None,
        calendars: Calendars,
    ) -> None:
        self._store = store
        self._groups = groups
        self._operations = operations
        self._calendars = calendars
        self._compiled: dict[str, Definition] = {}
        self._digests: dict[int, str] = {}
        self._newest: dict[str, int] = {}
        self._checked: dict[str, tuple[Definition | None, list[Problem]]] = {}
        self._lock = threading.RLock()
        self.gate: Gate | None = None
        """What judges a bundle before it is compiled here; None where all that comes is our own."""

    def check(self, bundle: Bundle) -> tuple[Definition | None, list[Problem]]:
        """Say everything that is wrong with a bundle; None when anything forbids to run it."""
        definition, problems = self._check_itself(bundle)
        if definition is not None:
            try:
                self._check_prefix(definition)
            except InvalidInput as exc:
                main = definition.elements[bundle.key]
                taken = Problem(main.file, main.line, main.id, exc.code, "error", exc.message)
                return None, [taken, *problems]
        return definition, problems

    def deploy(
        self, bundle: Bundle, row: DefinitionRow, *, onto: int | None = None
    ) -> tuple[DefinitionRow, list[Problem]]:
        """Add a version of a service; gives it and the warnings.

        Deploying what is already the newest changes nothing and gives that version. onto: the number of the
        version that it follows, 0 for none. Raises InvalidInput with every problem under `problems` when
        anything forbids it, and InvalidState (`version_moved`) when another version has come meanwhile.
        """
        definition, problems = self.check(bundle)
        if definition is None:
            errors = [problem for problem in problems if problem.severity == "error"]
            raise InvalidInput(
                f"Expected {bundle.key} to be free of errors, but it has {len(errors)}",
                code="bundle_has_errors",
                problems=problems,
            )
        newest = next(iter(self._store.versions(bundle.key)), None)
        schedule = self._schedule(definition, row)
        if newest is not None and newest.digest == bundle.digest:
            self._store.renew_schedule(bundle.key, schedule)
            return newest, problems
        added = self._store.add(row, bundle.to_zip(), schedule, onto=onto)
        with self._lock:
            self._compiled[bundle.digest] = definition
            self._digests[added.id] = bundle.digest
            self._newest[bundle.key] = added.id
        return added, problems

    def get(self, definition_id: int) -> Definition:
        """Give a version, compiled; raises NotFound."""
        digest = self._digests.get(definition_id)
        found = self._compiled.get(digest) if digest else None
        return found if found is not None else self._load(definition_id)

    def newest(self, key: str, *, fresh: bool = False) -> tuple[int, Definition]:
        """Give the newest version of a service; `fresh` asks the database again. Raises NotFound."""
        definition_id = None if fresh else self._newest.get(key)
        if definition_id is None:
            definition_id = self._store.newest(key)
            if definition_id is None:
                raise NotFound(
                    f"Expected a deployed service {key!r}, but there is none", code="service_unknown"
                )
            self._newest[key] = definition_id
        return definition_id, self.get(definition_id)

    def services(self) -> dict[str, tuple[int, Definition]]:
        """Give the newest version of every service."""
        newest = self._store.newest_of_all()
        self._newest.update(newest)
        return {key: (definition_id, self.get(definition_id)) for key, definition_id in newest.items()}

    def versions(self, key: str) -> list[DefinitionRow]:
        """List the versions of a service, newest first."""
        return self._store.versions(key)

    def content(self, definition_id: int) -> bytes:
        """Give the zip of a version; raises NotFound."""
        stored = self._store.content(definition_id)
        if stored is None:
            raise NotFound(
                f"Expected a deployed version with the id {definition_id}", code="definition_unknown"
            )
        return stored[1]

    def running(self, definition_ids: Sequence[int]) -> dict[int, int]:
        """Count the running cases of versions, each up to the store's MAX_COUNTED."""
        return self._store.running(definition_ids)

    def learn(self, definition: Definition) -> None:
        """Take a service as free of errors that was compiled before from the same files."""
        with self._lock:
            self._checked[definition.bundle.digest] = definition, []

    def _check_itself(self, bundle: Bundle) -> tuple[Definition | None, list[Problem]]:
        """Compile a bundle; the last few are kept, for what was checked is looked at and deployed next."""
        with self._lock:
            found = self._checked.get(bundle.digest)
        if found is None:
            found = self._judge(bundle)
            with self._lock:
                self._checked[bundle.digest] = found
                while len(self._checked) > _MAX_CHECKED:
                    del self._checked[next(iter(self._checked))]
        return found[0], list(found[1])

    def _judge(self, bundle: Bundle) -> tuple[Definition | None, list[Problem]]:
        if self.gate is not None:
            problems = self.gate.judge(bundle, self._groups, self._operations)
            if any(one.severity == "error" for one in problems):
                return None, problems
            definition, others = compile_bundle(bundle, self._groups, accepted=True)
            return definition, problems if definition is not None else others
        return compile_bundle(bundle, self._groups, operations=self._operations)

    def _check_prefix(self, definition: Definition) -> None:
        """Two services with one prefix would give the same case number twice."""
        for key, (_id, other) in self.services().items():
            if key != definition.key and other.case_number == definition.case_number:
                raise InvalidInput(
                    f"Expected a prefix of case numbers of its own, but {definition.case_number!r} is that of {key}",
                    code="case_number_taken",
                )

    def _schedule(self, definition: Definition, row: DefinitionRow) -> ScheduleRow | None:
        """Plan the first case that the version's timer starts, counted from its deployment."""
        timer = definition.start_timer
        if timer is None:
            return None
        due = to_ms(moment_of(timer, from_ms(row.deployed_at), self._calendars.known.house, no_expression))
        return ScheduleRow(
            definition.key, definition.start_event, timer, due, wake_at=due, beats_left=repeats_of(timer)
        )

    def _load(self, definition_id: int) -> Definition:
        with self._lock:
            stored = self._store.content(definition_id)
            if stored is None:
                raise NotFound(
                    f"Expected a deployed version with the id {definition_id}", code="definition_unknown"
                )
            row, content = stored
            self._digests[definition_id] = row.digest
            if row.digest not in self._compiled:
                # What was accepted once stays accepted: outside systems may have changed since, and so may the gate.
                definition, problems = compile_bundle(read_zip(content), self._groups, accepted=True)
                if definition is None:
                    raise InvalidInput(
                        f"Expected version {row.version} of {row.key} to be readable, but it no longer is",
                        code="definition_unreadable",
                        problems=problems,
                    )
                self._compiled[row.digest] = definition
            return self._compiled[row.digest]
