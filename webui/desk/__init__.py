"""The supervisor's desk behind its pages: what is chosen, counted, listed, drawn and put into files."""

from . import choice, figures, filtering, heat, lists, ratings, report, rows

__all__ = ["choice", "figures", "filtering", "heat", "lists", "ratings", "report", "rows"]
