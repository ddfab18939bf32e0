"""A patron card on a virtual reader, behind a real pcscd."""
