"""Draws diagrams as SVG without a browser, and puts them into a folder that is read and printed without script."""

from .book import write_book

__all__ = ["write_book"]
