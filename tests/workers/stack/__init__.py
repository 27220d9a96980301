"""The embedded stack, with real PostgreSQL, Temporal and kill -9."""
