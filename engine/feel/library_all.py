"""Loads every module of builtins, so that the language is whole; knows their names."""

from __future__ import annotations

from engine.feel import (
    library_civil,
    library_contexts,
    library_lists,
    library_numbers,
    library_ranges,
    library_strings,
    library_temporal,
)
from engine.feel.kinds import TYPES
from engine.feel.library import BUILTINS

MODULES = (
    library_civil,
    library_contexts,
    library_lists,
    library_numbers,
    library_ranges,
    library_strings,
    library_temporal,
)
NAMES = frozenset(BUILTINS) | frozenset(TYPES)
