"""Tests of what deploy/ would start, as far as they go without a container engine."""
