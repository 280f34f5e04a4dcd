"""Cases moved to another version of their service: looked at first, moved on request, moved back."""
