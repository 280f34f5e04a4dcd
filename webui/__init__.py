"""The web application, the command line and the wiring. The only room that knows HTTP and concrete adapters."""
