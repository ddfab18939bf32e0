"""Paying by phone: an order, a QR code, and a call of the provider, which nobody can forge, double or send too late."""
