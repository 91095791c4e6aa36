"""What each maker's devices show and log when two sides do not fit, as data."""
