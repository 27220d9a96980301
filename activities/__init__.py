"""What a journey may ask of the world: partners, ledger, decisions, status."""
