"""RL866 / M201 class pads. Source: github Hypernova-Oy/lainuri, programs/lainuri-serve/lainuri/RL866."""
