"""Tests of the processes and their wiring."""
