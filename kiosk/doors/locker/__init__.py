"""Compartments with a lock, a door switch and a pad inside each: what is decided, what is ordered. Pure."""
