"""Stories that a seed tells: people, devices, power and network at random, and what must be true after every step."""
