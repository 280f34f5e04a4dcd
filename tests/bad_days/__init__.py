"""The services' own stories on bad days: real connectors, a sandbox that fails at random, and what became of each."""
