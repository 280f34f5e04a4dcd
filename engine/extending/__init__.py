"""Gives a clock of one case more time, by a person's decision and for a legal reason that the service knows.

Which clocks, for how long and for whom stands in the service's `extensions.yaml`. What a diagram extends by itself
is no matter of this room. A limit that has run out is never extended: an extension has to be decided before.
"""

from .allowing import Option, options
from .granting import GRANTED, extend
from .many import Foreseen, Wish, extend_tasks, foresee_tasks
from .told import Granted, extensions_in, sum_of

__all__ = [
    "GRANTED",
    "Foreseen",
    "Granted",
    "Option",
    "Wish",
    "extend",
    "extend_tasks",
    "extensions_in",
    "foresee_tasks",
    "options",
    "sum_of",
]
