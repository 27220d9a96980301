"""Tests of the journeys themselves, on real servers."""
