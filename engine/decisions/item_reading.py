"""Item definitions as XML to types."""

from __future__ import annotations

from engine.decisions.documents import Element, Problems, child, children, text_of, type_ref
from engine.decisions.items import ANY, ItemType, Types
from engine.feel import Expression, FeelSyntaxError, compile_unary
from engine.feel.kinds import TYPES
from engine.sentences import Sentence

MAX_DEPTH = 20  # structures inside each other


def read_types(root: Element, problems: Problems, types: Types) -> Types:
    """Add the types of a file to those it imports; notes those that name an unknown type, or themselves."""
    elements = {
        element.get("name"): element for element in children(root, "itemDefinition") if element.get("name")
    }
    known = elements.keys() | TYPES.keys() | types.definitions.keys()
    for name, element in elements.items():
        types.definitions[name] = _item(element, known, problems, 0)
    for name, element in elements.items():
        if _circular(types, types.definitions[name], {name}, 0):
            problems.add(
                "dmn_type_circle",
                Sentence("Expected the type {name!r} not to hold itself.", name=name),
                at=element,
            )
    return types


def _item(element: Element, known: set[str], problems: Problems, depth: int) -> ItemType:
    base = type_ref(element) or ANY
    if base not in known:
        problems.add(
            "dmn_type",
            Sentence("Expected a type of the file or of FEEL, but {base!r} is none.", base=base),
            at=element,
        )
        base = ANY
    item = ItemType(
        str(element.get("name")),
        base,
        element.get("isCollection") == "true",
        read_allowed(child(element, "allowedValues", "typeConstraint"), problems),
    )
    if depth > MAX_DEPTH:
        problems.add(
            "dmn_type",
            Sentence("Expected at most {most} structures inside each other.", most=MAX_DEPTH),
            at=element,
        )
        return item
    function = child(element, "functionItem")
    if function is not None:
        item.base, item.returns = "function", function.get("outputTypeRef")
    for component in children(element, "itemComponent"):
        item.components[str(component.get("name"))] = _item(component, known, problems, depth + 1)
    return item


def read_allowed(element: Element | None, problems: Problems) -> Expression | None:
    """Give the unary tests of allowed values, or None where there are none, or bad ones."""
    text = "" if element is None else text_of(element)
    if not text:
        return None
    try:
        return compile_unary(text)
    except FeelSyntaxError as error:
        problems.add("feel_syntax", error.message, at=element)
        return None


def _circular(types: Types, item: ItemType, path: set[str], depth: int) -> bool:
    below = [(item.base, types.definitions.get(item.base))]
    below += [("", component) for component in item.components.values()]
    if depth > MAX_DEPTH:
        return True
    return any(
        name in path or _circular(types, inner, path | {name} if name else path, depth + 1)
        for name, inner in below
        if inner is not None
    )
