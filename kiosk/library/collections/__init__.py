"""What stands on the shelves: in which order, whether it is there, and who has looked."""
