"""The services that are worked on while everything fails: between them they hold what the engine has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.engine.bundles import (
    boundary,
    bundle,
    chain,
    declare,
    diagram,
    event_subprocess,
    extensions,
    flow,
    node,
    script,
    small_body,
    start_and_end,
    timer,
    trigger,
    user_task,
)

if TYPE_CHECKING:
    from engine.definitions import Bundle

ANSWERED = ("review", "inspect", "sign", "decide", "by_hand", "first", "second", "third", "late")
"""The tasks that ask something: the answer becomes the variable of the task's own name."""
CLOCKS = frozenset({"remind", "cool", "too_late", "rest", "beat"})
"""The elements that strike at a moment."""

_PROCESS = 'linbang:caseNumber="{0}" linbang:title="name" linbang:startGroups="clerk"'
_PAUSES = b'outside: {basis: "made up for a test", cap: 20 WD, name: {zh: outside, en: outside}}\n'
_PROMISE = extensions('<linbang:deadline id="promise" kind="promised" limit="6 WD" warn="50%, 1 WD"/>')
_TALK = extensions('<linbang:deadline id="talk" kind="internal" limit="{} WD" warn="50%"/>')
_PAUSE = '<linbang:pause reason="outside"/>'
_MANY = (
    "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>[1, 2, 3]</bpmn:loopDataInputRef>"
    '<bpmn:inputDataItem id="item" name="item"/></bpmn:multiInstanceLoopCharacteristics>'
)


def _form(name: str) -> dict[str, bytes]:
    fields = f'{{"type": "default", "components": [{{"type": "textfield", "key": "{name}"}}]}}'
    return {f"{name}__form__json": fields.encode()}


def _call(element_id: str, operation: str, result: str, retry: str, attributes: str = "") -> str:
    operator = (
        f'<spiffworkflow:serviceTaskOperator id="office.{operation}" resultVariable="{result}">'
        '<spiffworkflow:parameters><spiffworkflow:parameter id="name" value="name" />'
        "</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>"
    )
    return node("serviceTask", element_id, extensions(operator), f'linbang:retry="{retry}" {attributes}')


def _ask(element_id: str, inner: str = "", **attributes: str) -> str:
    return user_task(element_id, inner=inner, form=element_id, **attributes)


def _all() -> str:
    """Draw four branches side by side, a decision that may send all back, and ways out at any time."""
    body = _PROMISE + node("startEvent", "begin") + node("exclusiveGateway", "again")
    body += node("parallelGateway", "fork") + node("parallelGateway", "meet")
    body += _ask("review") + boundary("remind", "review", timer("P1D"), cancel=False)
    body += script("remember", "{reminded: true}") + node("endEvent", "reminded")
    body += _call("order", "order", "order", "R2/PT1H")
    body += boundary("no_goods", "order", trigger("error", "sold_out")) + _ask("by_hand")
    body += node("exclusiveGateway", "either") + node(
        "intermediateCatchEvent", "ready", extensions(_PAUSE) + trigger("message", "ready")
    )
    body += node("callActivity", "examine", attributes='calledElement="examination"')
    body += _ask("sign", secondSigner="true")
    body += _ask("decide", sendBack="true", notDoneBy="review")
    body += boundary("too_late", "decide", timer("P9D")) + node("exclusiveGateway", "decided")
    body += node("exclusiveGateway", "which", attributes='default="f_which_decided"')
    body += node("intermediateCatchEvent", "cool", timer("PT2H")) + _call("tell", "tell", "told", "R1/PT10M")
    body += node("endEvent", "done")
    body += boundary(
        "breached",
        "decide",
        timer("P1D"),
        cancel=False,
        inner='<linbang:onDeadline deadline="promise"/>',
    )
    body += script("note_breach", "{breach_noted: true}") + node("endEvent", "noted")
    body += chain(
        "begin", "again", "fork", "review", "meet", "decide", "which", "decided", "cool", "tell", "done"
    )
    body += chain("fork", "order", "ready", "either", "meet") + chain("no_goods", "by_hand", "either")
    body += chain("fork", "examine", "meet") + chain("fork", "sign", "meet")
    body += chain("remind", "remember", "reminded") + chain("too_late", "decided")
    body += chain("breached", "note_breach", "noted") + flow("which", "again", "sent_back != null")
    body += event_subprocess("withdrawal", trigger("message", "withdrawn"), user_task("close"), "close")
    body += event_subprocess(
        "question", trigger("message", "asked"), user_task("reply"), "reply", interrupting=False
    )
    return body


def _visits() -> bytes:
    visit = user_task("visit").replace("</bpmn:userTask>", f"{_MANY}</bpmn:userTask>")
    inner = _ask("inspect") + visit
    return diagram(small_body("examination", inner, "inspect", "visit"), key="examination", process="")


_MESSAGES = (
    declare("message", "withdrawn", "asked")
    + '<bpmn:message id="message_ready" name="ready" linbang:matches="message.order_no = order.order_no"/>'
    + declare("error", "sold_out")
)

ALL = bundle(
    _all(),
    key="all",
    extra=_MESSAGES,
    process=_PROCESS.format("A"),
    pauses__yaml=_PAUSES,
    examination__bpmn=_visits(),
    **_form("review"),
    **_form("inspect"),
    **_form("sign"),
    **_form("decide"),
    **_form("by_hand"),
)


def _small(*more: str) -> Bundle:
    """Draw three questions, a rest and some news between them, with more questions before the last."""
    body = (
        _TALK.format(5 + len(more))
        + _ask("first")
        + boundary("beat", "first", timer("R3/PT5H", "timeCycle"), cancel=False)
        + script("count", "{beaten: true}")
        + node("endEvent", "counted")
        + chain("beat", "count", "counted")
        + node("intermediateCatchEvent", "rest", timer("PT30M"))
        + _ask("second")
        + node("intermediateCatchEvent", "news", trigger("message", "news"))
        + _ask("third")
        + "".join(_ask(one) for one in more)
    )
    return bundle(
        body + start_and_end("first", "rest", "second", "news", *more, "third"),
        key="small",
        extra='<bpmn:message id="message_news" name="news" linbang:messageGroups="clerk" linbang:timeToLive="P3D"/>',
        process=_PROCESS.format("S"),
        **{name: form for one in ("first", "second", "third", *more) for name, form in _form(one).items()},
    )


SMALL = _small()
SMALL_LATER = _small("late")
"""The version that comes while cases of the other one run."""

SERVICES = (ALL, SMALL)
