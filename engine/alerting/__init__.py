"""Alerts about clocks: who hears of one, by what way, how it is sent and told again, and what came of it."""
