"""Which items are lent, for the gates: the order of changes, copies in files, and who is told."""
