"""Checks that everything a diagram names is there: forms, groups, letters, clocks, decisions, diagrams, calls."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine import clocks
from engine.errors import InvalidInput
from engine.sentences import Sentence
from engine.timers import seconds_of

from .mend import FLOW_NODES
from .xml import B, L, S, holder_of, local

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from lxml import etree

    from .declarations import Declarations, Groups, PauseReason
    from .findings import Findings

MAX_TIMEOUT_S = 50
_NAMES = re.compile(r"[a-z][a-z0-9_]*")
_RETRY = re.compile(r"R1?\d/P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?")
_THROWERS = {"intermediateThrowEvent", "endEvent", "sendTask"}
MAX_TIME_TO_LIVE_DAYS = 90
SPAN = re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?")


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to be named in a bundle."""

    groups: Groups
    forms: Collection[str]
    letters: Collection[str]
    decisions: Collection[str]
    processes: Mapping[str, str]
    pauses: Mapping[str, PauseReason]
    notices: Collection[str]
    declared: Declarations


def check_references(root: etree._Element, file: str, known: Known, findings: Findings) -> None:
    """Check every reference of one diagram."""
    check = _Check(file, known, findings)
    for process in root.iter(f"{B}process"):
        check.process(process)
    for node in root.iter():
        name = local(node)
        if name in _CHECKS and node.tag.startswith(B):
            _CHECKS[name](check, node)
        if node.tag == f"{L}deadline":
            check.deadline(node)
        if isinstance(node.tag, str) and node.tag.startswith(B):
            check.common(node)


class _Check:
    def __init__(self, file: str, known: Known, findings: Findings) -> None:
        self.file, self.known, self.findings = file, known, findings

    def one_of(
        self, node: etree._Element, what: str, value: str | None, choices: Collection[str], code: str
    ) -> None:
        """Note a value that is none of the choices."""
        if value not in choices:
            listed = ", ".join(sorted(choices)[:20]) or "none"
            message = Sentence("Expected a known {what}, but got {value!r}.", what=what, value=value)
            self.findings.add(
                self.file, code, message, Sentence("There are: {listed}.", listed=listed), node=node
            )

    def process(self, node: etree._Element) -> None:
        """A process must say that it can be run; the main one what a case is called."""
        if node.get("isExecutable") != "true":
            message = 'Expected isExecutable="true" on the process.'
            self.findings.add(self.file, "not_executable", message, "Tick `Executable`.", node=node)
        process_id = node.get("id", "")
        expected = self.file.rsplit("/", 1)[-1].removesuffix(".bpmn")
        if process_id != expected:
            message = Sentence(
                "Expected the process id to be the file's name {expected!r}, but it is {process_id!r}.",
                expected=expected,
                process_id=process_id,
            )
            self.findings.add(self.file, "process_id", message, "Rename the process or the file.", node=node)

    def user_task(self, node: etree._Element) -> None:
        """A user task has a form and a group."""
        element = self.known.declared.elements.get(node.get("id"))
        if element is None:
            return  # without an id, or outside of any process, which is said elsewhere
        if element.form is None:
            self.findings.add(self.file, "form_missing", "Expected the user task to have a form.", node=node)
        if element.group is None:
            message = "Expected the user task to lie in a lane or to name its group."
            self.findings.add(self.file, "group_missing", message, "Put it into a lane.", node=node)
        if "*" in element.not_done_by and len(element.not_done_by) > 1:
            message = "Expected notDoneBy to be either * or ids of user tasks, but it has both."
            self.findings.add(self.file, "not_done_by_mixed", message, "Write * alone.", node=node)
        for other in element.not_done_by:
            if other == "*":
                continue
            tasks = [key for key, item in self.known.declared.elements.items() if item.kind == "userTask"]
            self.one_of(node, "user task in notDoneBy", other, tasks, "not_done_by_unknown")
        if element.latest_for is not None:
            self.one_of(
                node, "deadline", element.latest_for, self.known.declared.deadlines, "deadline_unknown"
            )
            self.parses(node, "Limits", element.leaving or "", clocks.parse_limits, "limit_broken")

    def service_task(self, node: etree._Element) -> None:
        """A service task names an operation of a connector, and sane retries."""
        element = self.known.declared.elements.get(node.get("id"))
        if element is None:
            return  # as above
        if element.call is None or "." not in element.call.operation:
            message = "Expected the service task to name an operation such as registry.verify_household."
            self.findings.add(self.file, "operation_missing", message, node=node)
            return
        if not _RETRY.fullmatch(element.call.retry):
            message = Sentence("Expected retries as R3/PT5M, but got {retry!r}.", retry=element.call.retry)
            self.findings.add(self.file, "retry_broken", message, node=node)
        self.parses(node, "Time-out", element.call.timeout, _parse_timeout, "timeout_broken")

    def business_rule(self, node: etree._Element) -> None:
        """A business rule task names a decision."""
        decision = node.findtext(f"{B}extensionElements/{S}calledDecisionId", "").strip()
        self.one_of(node, "decision", decision, self.known.decisions, "decision_unknown")

    def call_activity(self, node: etree._Element) -> None:
        """A call activity names a process of the bundle."""
        self.one_of(node, "process", node.get("calledElement"), self.known.processes, "process_unknown")

    def lane(self, node: etree._Element) -> None:
        """A lane is a group."""
        if node.find(f"{B}childLaneSet") is None:
            self.one_of(node, "group as the lane's id", node.get("id"), self.known.groups, "group_unknown")

    def message(self, node: etree._Element) -> None:
        """A message has a name; who may hand it in is known."""
        if not _NAMES.fullmatch(node.get("name") or ""):
            message = Sentence(
                "Expected a message name in snake case, but got {name!r}.", name=node.get("name")
            )
            self.findings.add(self.file, "message_name", message, node=node)
        for group in (node.get(f"{L}messageGroups") or "").replace(",", " ").split():
            self.one_of(node, "group", group, self.known.groups, "group_unknown")
        if node.get(f"{L}timeToLive") is not None:
            self.parses(
                node, "Time to live", node.get(f"{L}timeToLive"), _parse_time_to_live, "time_to_live_broken"
            )
        if node.get(f"{L}onExpiry") is not None:
            messages = self.known.declared.messages
            self.one_of(node, "message in onExpiry", node.get(f"{L}onExpiry"), messages, "message_unknown")

    def timer(self, node: etree._Element) -> None:
        """A timer says when, or which deadline it follows."""
        event = node.getparent()
        follows = event.find(f"{B}extensionElements/{L}onDeadline")
        if follows is not None:
            deadlines = self.known.declared.deadlines
            self.one_of(node, "deadline", follows.get("deadline"), deadlines, "deadline_unknown")
            self.one_of(node, "moment", follows.get("at", "breach"), ("breach", "warning"), "deadline_moment")
            return
        texts = [
            (local(child), (child.text or "").strip()) for child in node if local(child).startswith("time")
        ]
        if len(texts) != 1 or not texts[0][1]:
            message = "Expected the timer to have one text: a duration, a date, a cycle or a limit."
            self.findings.add(self.file, "timer_missing", message, node=node)
        elif not texts[0][1].startswith("="):
            self.parses(
                node, "Timer", texts[0][1], lambda text: parse_timer(texts[0][0], text), "timer_broken"
            )

    def deadline(self, node: etree._Element) -> None:
        """A clock has a kind, a limit, and elements that exist."""
        self.one_of(node, "kind", node.get("kind"), ("statutory", "promised", "internal"), "deadline_kind")
        limit = node.get("limit", "")
        if not limit.startswith("="):
            self.parses(node, "Limit", limit, clocks.parse_limit, "limit_broken")
        self.parses(node, "Warnings", node.get("warn", "60%"), clocks.parse_warnings, "warnings_broken")
        self.hours(node, limit, node.get("kind", ""), node.get("warn", ""))
        self.one_of(node, "group", node.get("escalateTo", "supervisor"), self.known.groups, "group_unknown")
        holder = holder_of(node)
        for attribute in ("startsOn", "endsOn", "handsOverOn"):
            if node.get(attribute) and (holder is None or local(holder) not in {"process", "subProcess"}):
                message = Sentence(
                    "Expected {attribute} only on the clock of a process or subprocess; this one ends with its task.",
                    attribute=attribute,
                )
                self.findings.add(
                    self.file, "deadline_scope", message, "Move the clock to the process.", node=node
                )
            for element_id in (node.get(attribute) or "").replace(",", " ").split():
                nodes = [key for key, item in self.known.declared.elements.items() if item.kind in FLOW_NODES]
                self.one_of(
                    node,
                    Sentence("flow node in {attribute}", attribute=attribute),
                    element_id,
                    nodes,
                    "deadline_element",
                )

    def hours(self, node: etree._Element, limit: str, kind: str, warn: str) -> None:
        """A clock in hours is never paused, and days are too long to warn of its end."""
        try:
            in_hours = clocks.parse_limit(limit).unit is clocks.Unit.HOUR
            levels = clocks.parse_warnings(warn)
        except InvalidInput:
            return  # said above
        if in_hours and kind == "promised":
            message = "Expected a clock in hours to be statutory or internal: a promised one could be paused."
            hint = "Write the limit in days, or choose another kind."
            self.findings.add(self.file, "hours_promised", message, hint, node=node)
        if in_hours and levels and all(_in_days(level) for level in levels):
            message = (
                "Expected a warning level in percent or hours on a clock in hours; days say nothing there."
            )
            self.findings.add(
                self.file, "warnings_in_days", message, "Write 60%.", node=node, severity="warning"
            )

    def common(self, node: etree._Element) -> None:
        """What may stand on any element."""
        if node.get(f"{L}form") is not None:
            self.one_of(node, "form", node.get(f"{L}form"), self.known.forms, "form_unknown")
        if node.get(f"{L}letter") is not None:
            self.one_of(node, "letter", node.get(f"{L}letter"), self.known.letters, "letter_unknown")
        if node.get(f"{L}candidateGroup") is not None:
            self.one_of(node, "group", node.get(f"{L}candidateGroup"), self.known.groups, "group_unknown")
        if node.get(f"{L}notice") is not None:
            self.one_of(node, "notice", node.get(f"{L}notice"), self.known.notices, "notice_unknown")
        for pause in node.iterfind(f"{B}extensionElements/{L}pause"):
            self.one_of(node, "pause reason", pause.get("reason"), self.known.pauses, "pause_unknown")
        for extend in node.iterfind(f"{B}extensionElements/{L}extend"):
            self.one_of(
                node, "deadline", extend.get("deadline"), self.known.declared.deadlines, "deadline_unknown"
            )
            if not extend.get("limit", "").startswith("="):
                self.parses(node, "Limit", extend.get("limit", ""), clocks.parse_limit, "limit_broken")
                extended = self.known.declared.deadlines.get(extend.get("deadline"))
                self.hours(node, extend.get("limit", ""), extended.kind if extended else "", "")

        if node.get(f"{L}correlation") is not None or node.get(f"{L}content") is not None:
            self.correlation(node)

    def correlation(self, node: etree._Element) -> None:
        """A key stands on what throws or catches a message, content on what throws one with a key."""
        is_message = node.find(f"{B}messageEventDefinition") is not None or node.get("messageRef") is not None
        if not is_message or not (node.get(f"{L}correlation") or "").strip():
            message = "Expected correlation, with or without content, on an event or task that has a message."
            self.findings.add(self.file, "correlation_place", message, node=node)
        elif node.get(f"{L}content") is not None and local(node) not in _THROWERS:
            message = "Expected content on what throws a message; what catches it takes what comes."
            self.findings.add(self.file, "content_place", message, "Remove the content.", node=node)

    def parses(
        self, node: etree._Element, what: str, text: str, parse: Callable[[str], Any], code: str
    ) -> None:
        """Note a text that cannot be read."""
        try:
            parse(text)
        except InvalidInput as exc:
            self.findings.add(
                self.file,
                code,
                Sentence("{what}: {reason}", what=what, reason=exc.message),
                node=node,
            )


_CHECKS: dict[str, Callable[[_Check, Any], None]] = {
    "userTask": _Check.user_task,
    "serviceTask": _Check.service_task,
    "businessRuleTask": _Check.business_rule,
    "callActivity": _Check.call_activity,
    "lane": _Check.lane,
    "message": _Check.message,
    "timerEventDefinition": _Check.timer,
}


def _in_days(level: clocks.WarningLevel) -> bool:
    return isinstance(level, clocks.Limit) and level.unit is not clocks.Unit.HOUR


def _parse_timeout(text: str) -> None:
    """Check the time of one attempt: a job's lease must outlive it."""
    if not 0 < seconds_of(text) <= MAX_TIMEOUT_S:
        raise InvalidInput(
            Sentence(
                "Expected at most {most} seconds for one attempt, but got {text!r}",
                most=MAX_TIMEOUT_S,
                text=text,
            )
        )


def _parse_time_to_live(text: str) -> None:
    """Check how long a message waits."""
    seconds = seconds_of(text)
    if not 0 < seconds <= MAX_TIME_TO_LIVE_DAYS * 86_400:
        raise InvalidInput(
            Sentence(
                "Expected more than nothing and at most {most} days, but got {text!r}",
                most=MAX_TIME_TO_LIVE_DAYS,
                text=text,
            )
        )


def parse_timer(tag: str, text: str) -> None:
    """Check a timer's text; raises InvalidInput saying what was expected."""
    if tag == "timeDuration" and (SPAN.fullmatch(text) or clocks.parse_limit(text)):
        return
    if tag == "timeCycle" and re.fullmatch(r"R\d*/.+", text) and SPAN.fullmatch(text.split("/", 1)[1]):
        return
    if tag == "timeDate" and _is_date(text):
        return
    raise InvalidInput(
        Sentence(
            "Expected an ISO 8601 duration, date or cycle, or a limit such as 5 WD, but got {text!r}",
            text=text,
        )
    )


def check_calls(trees: Iterable[tuple[str, etree._Element]], findings: Findings) -> None:
    """Refuse call activities by which a process comes back to itself; such a case would never rest."""
    called: dict[str, set[str]] = {}
    calls = []
    for file, root in trees:
        for node in root.iter(f"{B}callActivity"):
            caller = next((found.get("id", "") for found in node.iterancestors(f"{B}process")), "")
            target = node.get("calledElement", "")
            called.setdefault(caller, set()).add(target)
            calls.append((file, node, caller, target))
    for file, node, caller, target in calls:
        reached, waiting = set(), [target]
        while waiting:
            current = waiting.pop()
            if current not in reached:
                reached.add(current)
                waiting.extend(called.get(current, ()))
        if caller in reached:
            message = Sentence(
                "Expected no call that leads back to {caller!r}, but calling {target!r} does.",
                caller=caller,
                target=target,
            )
            findings.add(file, "call_recursive", message, "Draw a loop instead.", node=node)


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?", text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
