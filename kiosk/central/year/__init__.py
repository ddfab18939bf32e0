"""A year of a branch, lived through the code that a real one would use: something true for every page to show."""
