"""Diagrams of Camunda 7, Flowable and Activiti made services of this one, with a report of every part.

Nothing is run, fetched or asked here: files in, files out.
"""

from .apart import convert_apart, judge_apart, of_record, to_record
from .bundles import Imported, Service, convert
from .report import Note
from .sources import DIAGRAMS, KINDS, Sources, gather, is_of, read_sources

__all__ = [
    "DIAGRAMS",
    "KINDS",
    "Imported",
    "Note",
    "Service",
    "Sources",
    "convert",
    "convert_apart",
    "gather",
    "is_of",
    "judge_apart",
    "of_record",
    "read_sources",
    "to_record",
]
