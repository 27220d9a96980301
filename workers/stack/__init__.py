"""The embedded stack: Temporal, PostgreSQL and our own processes under one supervisor."""
