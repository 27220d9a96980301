"""Door 3: histories exported and replayed."""
