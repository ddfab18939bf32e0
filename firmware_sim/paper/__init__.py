"""The paper of the simulated printer: what is on it, how it is drawn, and how it is read back."""
