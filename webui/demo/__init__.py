"""Fills an empty installation with a district to try: staff, services, and cases that the engine itself has run."""

from .fill import CASES, MAX_CASES, fill

__all__ = ["CASES", "MAX_CASES", "fill"]
