"""New software in a signed bundle: checked, laid beside the old one, put in force by a link, taken back (ADR 0191)."""
