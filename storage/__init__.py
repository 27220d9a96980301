"""PostgreSQL: pool, migrations and named queries; SQL itself lives in .sql files only."""
