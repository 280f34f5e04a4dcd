"""Diagrams of Camunda 7, Flowable and Activiti made services of this one, with a report of every part.

Nothing is run, fetched or asked here: files in, files out.
"""

from .apart import convert_apart
from .bundles import Imported, Service, convert, read_sources
from .report import Note

__all__ = ["Imported", "Note", "Service", "convert", "convert_apart", "read_sources"]
