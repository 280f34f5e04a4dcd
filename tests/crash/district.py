"""The district that is worked in while its server is killed: two services, six people, a file of its own."""

from __future__ import annotations

from pathlib import Path

from engine.definitions import Bundle
from engine.people import read_offices
from engine.runtime import Runtime
from engine.store.definitions import DefinitionRow
from engine.store.people import OfficeRow, PersonRow
from tests.engine.bundles import (
    bundle,
    chain,
    extensions,
    node,
    script,
    timer,
    user_task,
)
from webui.auth import hash_password
from webui.settings import Settings
from webui.wiring import open_installation

DISTRICT, QINGHE = 1, 2
PEOPLE = {f"caseworker{number}": 10 + number for number in range(6)}
GROUPS = b"""
clerk: {level: subdistrict, name: {zh: clerk, en: clerk}}
reviewer: {level: subdistrict, name: {zh: reviewer, en: reviewer}}
supervisor: {level: district, name: {zh: supervisor, en: supervisor}}
"""
SIGNED_TWICE = "sign"
FIRED_ONCE = ("wait", "notice")
FIRED_AT_MOST_ONCE = "remind"

_PROCESS = 'linbang:caseNumber="{0}" linbang:title="a" linbang:startGroups="clerk"'
_BEGIN = node("startEvent", "begin", attributes='linbang:form="a"')
_DONE = node("endEvent", "done")
_PAUSES = b"""
outside: {basis: "made up for a test", cap: 10 WD, name: {zh: outside, en: outside}}
"""
_PROMISE = extensions('<linbang:deadline id="promise" kind="promised" limit="3 WD" warn="60%, 1 WD" />')
_ASK = extensions(
    '<spiffworkflow:serviceTaskOperator id="registry.verify_household" resultVariable="verification">'
    "<spiffworkflow:parameters>"
    '<spiffworkflow:parameter id="members" value="[{name: a, id_no: &quot;990101195203070011&quot;}]" />'
    '<spiffworkflow:parameter id="purpose" value="&quot;test&quot;" />'
    '<spiffworkflow:parameter id="authorised" value="true" />'
    "</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>"
)

CHAIN = bundle(
    _BEGIN
    + "".join(user_task(f"t{n}", form="a") for n in range(1, 5))
    + _DONE
    + chain("begin", "t1", "t2", "t3", "t4", "done"),
    key="chain",
    process=_PROCESS.format("C"),
)

MIXED = bundle(
    _PROMISE
    + _BEGIN
    + node("parallelGateway", "fork")
    + user_task("review", form="a")
    + node("intermediateCatchEvent", "wait", extensions('<linbang:pause reason="outside" />') + timer("PT1S"))
    + node("serviceTask", "verify", _ASK, 'linbang:retry="R12/PT1S"')
    + user_task("sign", form="a", secondSigner="true")
    + node("parallelGateway", "meet")
    + user_task("decide", form="a", notDoneBy="review")
    + node("boundaryEvent", "remind", timer("PT1S"), 'attachedToRef="decide" cancelActivity="false"')
    + script("remember", "{reminded: true}")
    + node("endEvent", "reminded")
    + node("intermediateCatchEvent", "notice", timer("PT2H"))
    + _DONE
    + chain("begin", "fork", "review", "meet", "decide", "notice", "done")
    + chain("fork", "wait", "verify", "meet")
    + chain("fork", "sign", "meet")
    + chain("remind", "remember", "reminded"),
    key="mixed",
    process=_PROCESS.format("M"),
    pauses__yaml=_PAUSES,
)


def settle_in(folder: Path, registry_url: str, **more: str) -> Settings:
    """Make an installation in a folder, with its people and both services. more: further settings."""
    processes = folder / "processes"
    processes.mkdir()
    (processes / "groups.yaml").write_bytes(GROUPS)
    settings = Settings.from_environment(
        {
            "LINBANG_DATA_DIR": str(folder / "data"),
            "LINBANG_PROCESSES_DIR": str(processes),
            "LINBANG_REGISTRY_URL": registry_url,
            "PORT": "0",
            **more,
        }
    )
    with open_installation(settings) as found:
        _add_people(found.runtime)
        for service in (CHAIN, MIXED):
            _deploy(found.runtime, service)
    return settings


def _add_people(runtime: Runtime) -> None:
    runtime.people.add_office(OfficeRow(DISTRICT, None, "district", "990101", "临溪区", "Linxi District"))
    runtime.people.add_office(OfficeRow(QINGHE, DISTRICT, "subdistrict", "990101001", "青禾街道", "Qinghe"))
    runtime.offices = read_offices(runtime.people)
    for name, number in PEOPLE.items():
        row = PersonRow(number, name, name, name, None, hash_password(name), "en", 1, QINGHE, "caseworker", 1)
        runtime.people.add_person(row, [("clerk", QINGHE), ("reviewer", QINGHE)])


def _deploy(runtime: Runtime, service: Bundle) -> None:
    row = DefinitionRow(runtime.ids.next(), service.key, 0, service.digest, runtime.now_ms(), None, "")
    runtime.catalogue.deploy(service, row)
