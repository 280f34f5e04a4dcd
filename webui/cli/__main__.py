"""`python -m webui.cli` is `linbang`."""

from webui.cli import main

main()
