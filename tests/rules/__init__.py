"""Situations and what the rules say of them, day by day at every boundary."""
