"""Diagrams as other engines' editors write them."""

from __future__ import annotations

from itertools import pairwise

from engine.importing import Imported, Service, convert
from tests.engine.bundles import GROUPS

CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
FLOWABLE = "http://flowable.org/bpmn"
ACTIVITI = "http://activiti.org/bpmn"


def drawing(body: str, *, key: str = "grant", namespace: str = CAMUNDA, more: str = "") -> bytes:
    """Write a diagram; the engine's own words have the prefix `x`."""
    return (
        f'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:x="{namespace}" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="t">\n'
        f'<process id="{key}" name="Grant" isExecutable="true" {more}>\n{body}\n</process></definitions>'
    ).encode()


def line(*nodes: str) -> str:
    """Write nodes from a start to an end, each on a line; their ids are a, b, c …"""
    ids = ["begin", *"abcdefgh"[: len(nodes)], "done"]
    flows = "".join(
        f'<sequenceFlow id="f_{one}" sourceRef="{one}" targetRef="{other}"/>' for one, other in pairwise(ids)
    )
    return '<startEvent id="begin"/>\n' + "\n".join(nodes) + f'\n<endEvent id="done"/>{flows}'


def imported(*nodes: str, namespace: str = CAMUNDA) -> Service:
    """Import a diagram of these nodes; the group `clerk` does what nobody is named for."""
    (service,) = converted({"grant.bpmn": drawing(line(*nodes), namespace=namespace)}).services
    return service


def converted(sources: dict[str, bytes], **options: str) -> Imported:
    return convert(sources, GROUPS, **{"group": "clerk", **options})


def codes(service: Service) -> dict[str, str | None]:
    """Give the codes of what needs a hand, with the element."""
    always = {"main_process", "translate", "form_made", "connector_needed"}
    return {
        note.code: note.element
        for note in service.notes
        if note.result == "by_hand" and note.code not in always
    }
