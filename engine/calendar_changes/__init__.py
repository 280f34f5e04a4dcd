"""Changing the calendar: propose, look at which cases move, approve or discard, move them."""
