"""One seed, several processes, everything that can go wrong: what was said to be done is done, and done once."""
