"""The kiosk, the gate, central and the fleet page: decides, remembers, shows and synchronises."""
