"""What differs between two versions of a service, in parts that a designer knows. Pure; compares, never judges."""

from .compare import MAX_PARTS, Change, Part
from .whole import Difference, FileDifference, difference

__all__ = ["MAX_PARTS", "Change", "Difference", "FileDifference", "Part", "difference"]
