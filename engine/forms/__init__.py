"""Forms: schemas checked at deployment, answers checked at every step. Knows no HTTP and no words."""

from engine.forms.answers import read_answers
from engine.forms.includes import Included, expand
from engine.forms.model import Answers, Component, FieldProblem, Option, Shown, is_locked, may_grow, name_of
from engine.forms.schema import check_schema
from engine.forms.shown import visible

__all__ = [
    "Answers",
    "Component",
    "FieldProblem",
    "Included",
    "Option",
    "Shown",
    "check_schema",
    "expand",
    "is_locked",
    "may_grow",
    "name_of",
    "read_answers",
    "visible",
]
