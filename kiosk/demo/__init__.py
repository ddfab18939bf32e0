"""`kiosk demo`: the whole machine on embedded parts, as separate processes; and the player of scenario files."""
