"""The state machine: `step(state, event, moment) -> (state, effects)`. Pure: no clock, no I/O, no randomness."""
