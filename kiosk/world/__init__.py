"""The kiosk and everything around it in one process and in virtual time: the same seed gives the same journal."""
