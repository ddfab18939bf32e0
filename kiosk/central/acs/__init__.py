"""Central as a SIP2 server (ACS): other makers' self-checks and book-drops lend and take back through it."""
