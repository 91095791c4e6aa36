"""The numbers that IANA gives out, by name."""
