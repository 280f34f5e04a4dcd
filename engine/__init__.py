"""The machine: definitions, instances, tasks, time, people. Knows no HTTP."""
