"""Tests of the shapes that cross boundaries, and of what their values are called."""
