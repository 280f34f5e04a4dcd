"""What methods of texts and lists are in FEEL: patterns, each of its arguments in the place of a number."""

from __future__ import annotations

TEXT_METHODS = {
    "startsWith": "starts with({0}, {1})",
    "endsWith": "ends with({0}, {1})",
    "toLowerCase": "lower case({0})",
    "toUpperCase": "upper case({0})",
    "trim": "trim({0})",
    "length": "string length({0})",
    "size": "count({0})",
    "toString": "string({0})",
    "contains": "(if {0} instance of list<Any> then list contains({0}, {1}) else contains({0}, {1}))",
    "equals": "({0} = {1})",
    "equalsIgnoreCase": "(lower case({0}) = lower case({1}))",
}
"""By the name of the method."""
EMPTY = (
    '(if {0} = null then true else if {0} instance of list<Any> then count({0}) = 0 else string({0}) = "")'
)
"""What is missing, or has nothing in it."""
