"""The archive of closed runs: their histories, linked by hashes, kept for longer than a Temporal server keeps them."""
