"""Fills an empty installation with a district to try: staff, services, and cases that the engine itself has run."""

from .fill import fill

__all__ = ["fill"]
