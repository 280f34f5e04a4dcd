"""Small services for tests, written down as a designer would, without drawing them."""

from __future__ import annotations

import re
from itertools import pairwise
from types import MappingProxyType

import yaml

from engine.definitions import Bundle, read_groups

GROUPS = read_groups(
    b"""
clerk: {level: subdistrict, name: {zh: clerk, en: clerk}}
reviewer: {level: subdistrict, name: {zh: reviewer, en: reviewer}}
district: {level: district, name: {zh: district, en: district}}
supervisor: {level: district, name: {zh: supervisor, en: supervisor}}
"""
)

_NAMESPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
    'xmlns:linbang="urn:linbang:bpmn:1" linbang:language="en" targetNamespace="test"'
)
_PROCESS = 'linbang:caseNumber="T" linbang:title="name" linbang:startGroups="clerk"'
ANY_FORM = b'{"type": "default", "components": []}'
FIELDS = {"a": "textfield", "b": "textfield", "n": "number", "ok": "checkbox"}
"""Forms of one field that are made when a diagram names them: the form `a` asks the variable `a`."""


def diagram(body: str, *, key: str = "t", extra: str = "", process: str = _PROCESS) -> bytes:
    """Write a diagram around the elements of one process."""
    return (
        f'<bpmn:definitions {_NAMESPACES}>{extra}<bpmn:process id="{key}" name="{key}" isExecutable="true" {process}>'
        f"{body}</bpmn:process></bpmn:definitions>"
    ).encode()


def bundle(body: str, *, key: str = "t", extra: str = "", process: str = _PROCESS, **files: bytes) -> Bundle:
    """Make a service of one diagram; `files` are named with `__` for a dot, such as `form__form__json`."""
    contents = {
        f"{key}.bpmn": diagram(body, key=key, extra=extra, process=process),
        "any.form.json": ANY_FORM,
    }
    for name, content in files.items():
        contents[name.replace("__", ".")] = content
    drawn = b"".join(content for name, content in contents.items() if name.endswith(".bpmn"))
    for field, kind in FIELDS.items():
        if f'linbang:form="{field}"'.encode() in drawn:
            form = f'{{"type": "default", "components": [{{"type": "{kind}", "key": "{field}"}}]}}'
            contents.setdefault(f"{field}.form.json", form.encode())
    for language in ("zh", "en"):
        contents.setdefault(f"texts.{language}.yaml", _texts(key, contents))
    return Bundle(key, MappingProxyType(contents))


def _texts(key: str, contents: dict[str, bytes]) -> bytes:
    """Name everything by its own id."""
    drawn = b"".join(content for name, content in contents.items() if name.endswith(".bpmn"))

    def names(tag: bytes) -> set[str]:
        return {found.decode() for found in re.findall(rb"<(?:" + tag + rb') [^>]*?\bid="(\w+)"', drawn)}

    words = {
        "service": {"name": key},
        "processes": {name: name for name in names(b"bpmn:process")},
        "elements": {name: {"name": name} for name in names(rb"bpmn:\w+")},
        "deadlines": {name: name for name in names(b"linbang:deadline")},
        "messages": {
            name.decode(): {"button": "x"}
            for name in re.findall(rb'<bpmn:message [^>]*?\bname="(\w+)"', drawn)
        },
        "reasons": {"because": "because"},
        "letters": {name.split("/")[-1][:-5]: {"title": name} for name in contents if name.endswith(".html")},
    }
    return yaml.safe_dump(words).encode()


def user_task(element_id: str, group: str = "reviewer", inner: str = "", **attributes: str) -> str:
    """Write a user task; `attributes` are ours, without their prefix."""
    more = "".join(f' linbang:{name}="{value}"' for name, value in {"form": "any", **attributes}.items())
    return (
        f'<bpmn:userTask id="{element_id}" linbang:candidateGroup="{group}"{more}>'
        f"{extensions(inner)}</bpmn:userTask>"
    )


def extensions(inner: str) -> str:
    """Wrap extension elements."""
    return f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>" if inner else ""


def chain(*ids: str) -> str:
    """Write flows from each id to the next."""
    return "".join(flow(source, target) for source, target in pairwise(ids))


def start_and_end(*ids: str) -> str:
    """Write a start `begin`, an end `done`, and the flows between them through these ids."""
    return node("startEvent", "begin") + node("endEvent", "done") + chain("begin", *ids, "done")


def script(element_id: str, feel: str, inner: str = "") -> str:
    """Write a script task."""
    return node("scriptTask", element_id, f"<bpmn:script>{feel}</bpmn:script>{inner}")


def subprocess(element_id: str, body: str, attributes: str = "") -> str:
    """Write a subprocess around a body with its own start and end."""
    return node("subProcess", element_id, body, attributes)


def small_body(prefix: str, inner: str, *ids: str) -> str:
    """Write a body `<prefix>_in` → ids → `<prefix>_out` around elements."""
    begin, end = f"{prefix}_in", f"{prefix}_out"
    return node("startEvent", begin) + inner + node("endEvent", end) + chain(begin, *ids, end)


def boundary(element_id: str, host: str, trigger: str, *, cancel: bool = True, inner: str = "") -> str:
    """Write an event on the border of an activity."""
    attributes = f'attachedToRef="{host}" cancelActivity="{str(cancel).lower()}"'
    return node("boundaryEvent", element_id, extensions(inner) + trigger, attributes)


def raising(kind: str, name: str, *, around: str = "") -> str:
    """Write a subprocess body: a task beside `ask`, which ends in an error or escalation."""
    return (
        node("startEvent", "in")
        + node("parallelGateway", "fork")
        + user_task("ask", form="a")
        + user_task("beside")
        + node("endEvent", "raised", trigger(kind, name))
        + node("endEvent", "calm")
        + chain("in", "fork", "ask", "raised")
        + chain("fork", "beside", "calm")
        + around
    )


def event_subprocess(element_id: str, trigger: str, inner: str, *ids: str, interrupting: bool = True) -> str:
    """Write an event subprocess `<id>_on` → ids → `<id>_out`."""
    begin, end = f"{element_id}_on", f"{element_id}_out"
    start = node("startEvent", begin, trigger, "" if interrupting else 'isInterrupting="false"')
    body = start + inner + node("endEvent", end) + chain(begin, *ids, end)
    return subprocess(element_id, body, 'triggeredByEvent="true"')


def timer(text: str, kind: str = "timeDuration") -> str:
    """Write a timer's definition."""
    return f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"


def trigger(kind: str, name: str = "") -> str:
    """Write the definition of a message, signal, error or escalation that `declare` declares."""
    reference = f'{kind}Ref="{kind}_{name}"' if name else ""
    return f"<bpmn:{kind}EventDefinition {reference}/>"


def declare(kind: str, *names: str) -> str:
    """Declare messages, signals, errors or escalations; a clerk may hand a message in."""
    more = {
        "message": 'name="{0}" linbang:messageGroups="clerk"',
        "signal": 'name="{0}"',
        "error": 'name="{0}" errorCode="{0}"',
        "escalation": 'name="{0}" escalationCode="{0}"',
    }[kind]
    return "".join(f'<bpmn:{kind} id="{kind}_{name}" {more.format(name)}/>' for name in names)


def flow(source: str, target: str, condition: str | None = None, flow_id: str | None = None) -> str:
    """Write one flow."""
    inner = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    name = flow_id or f"f_{source}_{target}"
    return f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'


def node(kind: str, element_id: str, inner: str = "", attributes: str = "") -> str:
    """Write any element."""
    return f'<bpmn:{kind} id="{element_id}" {attributes}>{inner}</bpmn:{kind}>'


FOUR_TASKS = (
    node("startEvent", "begin")
    + "".join(user_task(f"t{n}") for n in range(1, 5))
    + node("endEvent", "done")
    + chain("begin", "t1", "t2", "t3", "t4", "done")
)
