"""A technician's tools on the command line: what is plugged in, what a device sees, and its exchanges for a test."""
