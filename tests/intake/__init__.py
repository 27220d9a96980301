"""Door 1: claim-intake events in, exactly one journey started for each claim."""
