"""Measurements that anyone can repeat; figures stand in README.md, never in tests."""
