"""Which variables an element reads: what people may correct when its expressions fail."""

from __future__ import annotations

from engine.definitions import Definition, compile_bundle

from ..engine.bundles import GROUPS, bundle, chain, flow, node, script, timer, user_task

TABLE = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">
<decision id="worth" name="worth"><literalExpression><text>income / members</text></literalExpression></decision></definitions>"""
RULE = '<bpmn:businessRuleTask id="weigh"><bpmn:extensionElements><spiffworkflow:calledDecisionId>worth</spiffworkflow:calledDecisionId></bpmn:extensionElements></bpmn:businessRuleTask>'
CALL = (
    '<bpmn:serviceTask id="ask"><bpmn:extensionElements><spiffworkflow:serviceTaskOperator id="registry.check" resultVariable="x">'
    '<spiffworkflow:parameters><spiffworkflow:parameter id="id_no" value="person.id_no"/></spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>'
    '<linbang:evidence purpose="because" consent="= consent.number"/></bpmn:extensionElements></bpmn:serviceTask>'
)
BODY = (
    node("startEvent", "begin")
    + script("count", "{total: [a, b][item &gt; c]}")
    + CALL
    + RULE
    + node("intermediateCatchEvent", "pause", timer("= until"))
    + node("exclusiveGateway", "which", attributes='default="no"')
    + user_task("look", inner='<linbang:deadline id="limit" kind="internal" limit="= term"/>')
    + node("endEvent", "done")
    + chain("begin", "count", "ask", "weigh", "pause", "which")
    + flow("which", "look", "total &gt; threshold")
    + flow("which", "done", flow_id="no")
    + chain("look", "done")
)


def read() -> Definition:
    definition, problems = compile_bundle(bundle(BODY, worth__dmn=TABLE), GROUPS)
    assert definition is not None, problems
    return definition


def test_each_element_reads_what_its_own_expressions_name() -> None:
    """A gateway reads what the conditions of its flows do; a decision what its table needs."""
    definition = read()

    assert definition.variables_read("count") >= {"a", "b"}
    assert definition.variables_read("ask") == {"person", "consent"}
    assert definition.variables_read("weigh") == {"income", "members"}
    assert definition.variables_read("pause") == {"until"}
    assert definition.variables_read("which") == {"total", "threshold"}
    assert definition.variables_read("look") == {"term"}
    assert definition.variables_read("t") == {"name"}


def test_an_element_without_expressions_reads_nothing() -> None:
    assert read().variables_read("done") == frozenset()
