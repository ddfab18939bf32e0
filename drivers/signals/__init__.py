"""Lamps, buzzers and sort bins: outputs that are switched by name."""
