"""Two cores, one simulated wire, virtual time."""
