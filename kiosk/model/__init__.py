"""The words of the field as frozen dataclasses. No I/O, no clock, no randomness."""
