"""What the fleet orders of a station: believed, kept, carried out once, told of (ADR 0190)."""
