"""Tests of storage/: connections, migrations and named queries on a real PostgreSQL."""
