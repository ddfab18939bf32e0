"""The house: its equipment, its rounds, its drills, and what happens in it."""
