"""The other end of every wire: simulated devices, the room they stand in, the technician's bench."""
