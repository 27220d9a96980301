"""Whole journeys, a year in seconds: real workflow, rules and ledger under a clock that skips what is waited for."""
