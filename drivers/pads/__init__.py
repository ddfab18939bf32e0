"""RFID pads: one protocol of events and commands over every maker's wire."""
