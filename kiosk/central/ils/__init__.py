"""Central as a client of a library's own system (ILS): there the ILS decides, and central mirrors what it decided."""
