"""The partners, played: an HTTP server with a database of its own that accepts, delays, refuses and fails as told."""
