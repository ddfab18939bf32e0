"""Faults that a technician can switch on, and how they spoil the bytes of a device."""
