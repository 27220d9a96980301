"""Tests of activities/: adapters against real servers."""
