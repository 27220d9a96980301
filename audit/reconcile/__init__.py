"""Reconciliation: what PostgreSQL holds of journeys, held against what their histories say."""
