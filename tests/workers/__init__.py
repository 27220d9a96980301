"""Processes and wiring, on real servers."""
