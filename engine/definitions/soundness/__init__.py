"""Whether diagrams that can be run also run well: their tokens end, their variables are there, their clocks can be met."""

from .whole import Parts, check_soundness

__all__ = ["Parts", "check_soundness"]
