"""Checks the properties of one component: their types, limits, expressions, and what is not supported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from engine import feel
from engine.errors import InvalidInput
from engine.forms.choices import Choices, as_text
from engine.forms.model import CHOICES, FIELDS, MAX_CHOICES, MAX_DIGITS, MAX_ROWS, TEXTS
from engine.forms.patterns import check_pattern
from engine.forms.values import Unfit, check_rules, limit, typed
from engine.problems import Problem
from engine.sentences import Sentence

MAX_LABEL = 2_000

_EVERYWHERE = frozenset({"type", "id", "key", "label", "description", "conditional", "layout", "properties"})
_LOCKS = frozenset({"disabled", "readonly"})
_OF_FIELDS = _LOCKS | {"defaultValue", "validate", "appearance"}
_OF_KIND: Mapping[str, frozenset[str]] = {
    "textfield": _OF_FIELDS,
    "textarea": _OF_FIELDS,
    "number": _OF_FIELDS | {"decimalDigits", "increment", "serializeToString"},
    "checkbox": _OF_FIELDS,
    "checklist": _OF_FIELDS | {"values", "valuesKey"},
    "taglist": _OF_FIELDS | {"values", "valuesKey"},
    "radio": _OF_FIELDS | {"values", "valuesKey"},
    "select": _OF_FIELDS | {"values", "valuesKey", "searchable"},
    "datetime": _OF_FIELDS
    | {"subtype", "dateLabel", "timeLabel", "use24h", "timeInterval", "timeSerializingFormat"}
    | {"disallowPassedDates"},
    "filepicker": _OF_FIELDS | {"multiple", "accept"},
    "group": frozenset({"components", "path", "showOutline", "verticalAlignment"}),
    "dynamiclist": _LOCKS
    | {"components", "path", "showOutline", "verticalAlignment", "isRepeating", "allowAddRemove"}
    | {"defaultRepetitions", "disableCollapse", "nonCollapsedItems"},
    "text": frozenset({"text"}),
    "separator": frozenset(),
    "spacer": frozenset({"height"}),
    "button": frozenset({"action"}),
}
_REFUSED = {
    "valuesExpression": "Let a script task make the list, and name its variable in `valuesKey`.",
    "serializeToString": "Remove it: numbers are exact without it.",
}
_RULES: Mapping[str, frozenset[str]] = {
    "number": frozenset({"required", "min", "max"}),
    "textarea": frozenset({"required", "minLength", "maxLength"}),
    "textfield": frozenset({"required", "minLength", "maxLength", "pattern", "validationType"}),
}
_VALIDATION_TYPES = ("email", "phone", "custom")
_SENSITIVE = ("identity", "phone", "bank", "health", "finance")
_MOST_DECIMALS = 20
_OURS = dict.fromkeys(FIELDS, frozenset({"linbang:check", "linbang:sensitive", "linbang:record"})) | {
    "group": frozenset({"linbang:includes"})
}
"""What may stand under `properties`, by kind of component."""


class Report:
    """Collects what is wrong with one file."""

    def __init__(self, filename: str) -> None:
        self.problems: list[Problem] = []
        self._filename = filename

    def error(self, element: str | None, code: str, message: str, hint: str = "") -> None:
        """Add what keeps the service from being deployed."""
        self._add(element, code, "error", message, hint)

    def warning(self, element: str | None, code: str, message: str, hint: str = "") -> None:
        """Add what a designer should know."""
        self._add(element, code, "warning", message, hint)

    def _add(
        self, element: str | None, code: str, severity: Literal["error", "warning"], message: str, hint: str
    ) -> None:
        self.problems.append(Problem(self._filename, None, element, code, severity, message, hint))


def check_expression(text: object, where: str, element: str | None, report: Report) -> None:
    """Report a FEEL expression that cannot be read."""
    if not isinstance(text, str) or not text.removeprefix("=").strip():
        report.error(
            element, "bad_expression", Sentence("Expected {where} to be a FEEL expression.", where=where)
        )
        return
    try:
        feel.compile(text.removeprefix("="))
    except InvalidInput as exc:
        report.error(
            element,
            "bad_expression",
            Sentence("Expected {where} to be FEEL: {reason}", where=where, reason=exc.message),
        )


def check_properties(component: Mapping[str, Any], element: str | None, report: Report) -> None:
    """Report what is wrong with a component of a supported kind, its own parts left aside."""
    kind = component["type"]
    for name in component:
        if name in _REFUSED and component[name]:
            report.error(
                element,
                "unsupported_property",
                Sentence("`{name}` is not supported.", name=name),
                _REFUSED[name],
            )
        elif name not in _EVERYWHERE | _OF_KIND[kind] | _REFUSED.keys():
            message = Sentence(
                "Expected a property of a {kind}, but found {name!r}.", kind=kind, name=str(name)[:80]
            )
            report.warning(element, "unknown_property", message)
    _check_words(component, element, report)
    _check_condition(component, element, report)
    _check_flags(component, element, report)
    before = len(report.problems)
    if kind in CHOICES:
        _check_choices(component, element, report)
    if kind in FIELDS:
        _check_validate(component, element, report)
    if kind in _OURS:
        _check_own(component.get("properties"), element, report, _OURS[kind])
    if kind in _CHECKS:
        _CHECKS[kind](component, element, report)
    if kind in FIELDS and len(report.problems) == before:
        _check_default(component, element, report)


def _check_words(component: Mapping[str, Any], element: str | None, report: Report) -> None:
    for name in ("label", "description", "text", "dateLabel", "timeLabel"):
        words = component.get(name)
        if words is None:
            continue
        if not isinstance(words, str) or len(words) > MAX_LABEL:
            report.error(
                element,
                "bad_text",
                Sentence(
                    "Expected `{name}` to be a text of at most {most} characters.",
                    name=name,
                    most=MAX_LABEL,
                ),
            )
        elif words.startswith("=") or "{{" in words:
            report.error(
                element,
                "computed_text",
                Sentence("Expected `{name}` to be plain words, but found an expression.", name=name),
                "Write the words in the service's texts; values of the case stand in fields.",
            )


def _check_condition(component: Mapping[str, Any], element: str | None, report: Report) -> None:
    condition = component.get("conditional")
    if condition is None:
        return
    if not isinstance(condition, Mapping) or condition.keys() - {"hide"}:
        report.error(element, "bad_condition", "Expected `conditional` to hold `hide` and nothing else.")
        return
    hide = condition.get("hide")
    if hide is None or isinstance(hide, bool) or hide == "":
        return
    if not isinstance(hide, str) or not hide.startswith("="):
        report.error(element, "bad_condition", "Expected `conditional.hide` to be FEEL after `=`.")
        return
    check_expression(hide, "`conditional.hide`", element, report)


def _check_flags(component: Mapping[str, Any], element: str | None, report: Report) -> None:
    for name in ("disabled", "readonly", "multiple", "disallowPassedDates", "allowAddRemove"):
        if not isinstance(component.get(name), bool | None):
            report.error(
                element,
                "bad_flag",
                Sentence("Expected `{name}` to be true or false.", name=name),
                "Use `conditional.hide`.",
            )


def _check_choices(component: Mapping[str, Any], element: str | None, report: Report) -> None:
    key = component.get("valuesKey")
    if key is not None and "values" not in component:
        if not isinstance(key, str) or not key:
            report.error(element, "bad_choices", "Expected `valuesKey` to be the name of a variable.")
        return
    if key is not None:
        report.error(element, "bad_choices", "Expected either `values` or `valuesKey`, but found both.")
        return
    values = component.get("values")
    if not isinstance(values, list) or not 0 < len(values) <= MAX_CHOICES:
        report.error(
            element,
            "bad_choices",
            Sentence("Expected `values` to be a list of 1 to {most} choices.", most=MAX_CHOICES),
        )
        return
    seen: set[str] = set()
    for entry in values:
        value = entry.get("value") if isinstance(entry, Mapping) else None
        label = entry.get("label") if isinstance(entry, Mapping) else None
        if not isinstance(value, str | int) or value == "" or not isinstance(label, str | None):
            report.error(element, "bad_choices", "Expected each choice to be `{label, value}` with texts.")
        elif as_text(value) in seen:
            report.error(
                element,
                "bad_choices",
                Sentence("Expected each value once, but {value!r} is there twice.", value=as_text(value)),
            )
        else:
            seen.add(as_text(value))


def _check_validate(component: Mapping[str, Any], element: str | None, report: Report) -> None:
    rules = component.get("validate")
    if rules is None:
        return
    if not isinstance(rules, Mapping):
        report.error(element, "bad_rule", "Expected `validate` to be an object.")
        return
    kind = component["type"]
    for name in rules.keys() - _RULES.get(kind, frozenset({"required"})) - {"patternErrorMessage"}:
        report.error(
            element,
            "unsupported_rule",
            Sentence("Expected a rule of a {kind}, but found {name!r}.", kind=kind, name=str(name)[:80]),
        )
    if not isinstance(rules.get("required"), bool | None):
        report.error(element, "bad_rule", "Expected `required` to be true or false.")
    _check_limits(rules, ("min", "max"), element, report)
    if kind in TEXTS:
        _check_limits(rules, ("minLength", "maxLength"), element, report)
    if rules.get("validationType") not in (None, "", *_VALIDATION_TYPES):
        report.error(
            element,
            "bad_rule",
            Sentence(
                "Expected `validationType` to be one of {known}.",
                known=_VALIDATION_TYPES,
            ),
        )
    if kind == "textfield" and rules.get("pattern") not in (None, ""):
        try:
            check_pattern(rules["pattern"])
        except InvalidInput as exc:
            report.error(
                element, "bad_pattern", exc.message, "Add a `linbang:check` for what a pattern cannot say."
            )


def _check_limits(
    rules: Mapping[str, Any], names: tuple[str, str], element: str | None, report: Report
) -> None:
    limits = []
    for name in names:
        value = rules.get(name)
        found = limit(value)
        if value in (None, ""):
            continue
        if found is None or (name.endswith("Length") and (found < 0 or found != int(found))):
            report.error(
                element,
                "bad_rule",
                Sentence(
                    "Expected `{name}` to be a number, but found {value!r}.", name=name, value=str(value)[:80]
                ),
                "A limit that depends on other answers is a `linbang:check`.",
            )
        else:
            limits.append(found)
    if len(limits) == len(names) and limits[0] > limits[1]:
        report.error(
            element,
            "bad_rule",
            Sentence("Expected `{low}` to be at most `{high}`.", low=names[0], high=names[1]),
        )


def _check_own(properties: object, element: str | None, report: Report, known: frozenset[str]) -> None:
    if properties is None:
        return
    if not isinstance(properties, Mapping):
        report.error(element, "bad_property", "Expected `properties` to be an object.")
        return
    for name in properties:
        if str(name).startswith("linbang:") and name not in known:
            report.error(
                element,
                "bad_property",
                Sentence(
                    "Expected one of {known}, but found {name!r}.", known=sorted(known), name=str(name)[:80]
                ),
            )
    if not isinstance(properties.get("linbang:includes"), str | None):
        report.error(element, "bad_property", "Expected `linbang:includes` to be the name of a form.")
    if "linbang:check" in properties:
        check_expression(properties["linbang:check"], "`linbang:check`", element, report)
    if not isinstance(properties.get("linbang:record"), bool | None):
        report.error(element, "bad_property", "Expected `linbang:record` to be true or false.")
    if properties.get("linbang:sensitive") not in (None, *_SENSITIVE):
        report.error(
            element,
            "bad_property",
            Sentence("Expected `linbang:sensitive` to be one of {known}.", known=_SENSITIVE),
        )


def _check_number(component: Mapping[str, Any], element: str | None, report: Report) -> None:
    digits = component.get("decimalDigits")
    if digits is not None and (type(digits) is not int or not 0 <= digits <= _MOST_DECIMALS):
        report.error(
            element,
            "bad_rule",
            Sentence("Expected `decimalDigits` to be 0 to {most}.", most=_MOST_DECIMALS),
        )
    step = component.get("increment")
    found = limit(step)
    if step not in (None, "") and (found is None or found <= 0 or found.adjusted() < -MAX_DIGITS):
        report.error(element, "bad_rule", "Expected `increment` to be a number above 0.")


def _check_moment(component: Mapping[str, Any], element: str | None, report: Report) -> None:
    if component.get("subtype", "date") not in ("date", "time", "datetime"):
        report.error(element, "bad_rule", "Expected `subtype` to be date, time or datetime.")
    if component.get("timeSerializingFormat") not in (None, "no_timezone"):
        report.warning(
            element, "time_zone", "Times are those of the business zone.", "Choose the format `no_timezone`."
        )


def _check_repetitions(component: Mapping[str, Any], element: str | None, report: Report) -> None:
    rows = component.get("defaultRepetitions", 1)
    if type(rows) is not int or not 0 <= rows <= MAX_ROWS:
        report.error(
            element,
            "bad_rule",
            Sentence("Expected `defaultRepetitions` to be 0 to {most}.", most=MAX_ROWS),
        )


def _check_default(component: Mapping[str, Any], element: str | None, report: Report) -> None:
    """A default that breaks the field's own rules would be refused in the hands of the caseworker."""
    if component.get("defaultValue") is None or component.get("valuesKey"):
        return
    try:
        value = typed(component, component["defaultValue"], Choices({}).of(component))
        check_rules(
            {**component, "validate": {**(component.get("validate") or {}), "required": False}}, value, None
        )
    except Unfit as unfit:
        report.error(
            element,
            "bad_default",
            Sentence("Expected `defaultValue` to fit the field, but it is {code}.", code=unfit.code),
        )


_CHECKS = {"number": _check_number, "datetime": _check_moment, "dynamiclist": _check_repetitions}
"""What is checked of one kind alone."""
