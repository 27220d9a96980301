"""The journeys: one file each; a run reads like the manual."""
