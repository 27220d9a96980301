"""The played partners: that they do as told, once, and say so in signed call-backs."""
