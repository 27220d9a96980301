"""The demonstration: one sample claim per product travels from intake to settlement, its people played by us."""
