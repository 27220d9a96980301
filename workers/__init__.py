"""Processes and wiring: settings, workers, the embedded stack and the `journeys` command."""
