"""Diagrams that the library would run wrongly without a word, by family."""
