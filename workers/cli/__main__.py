"""`python -m workers.cli` is the `journeys` command."""

from workers.cli import main

main()
