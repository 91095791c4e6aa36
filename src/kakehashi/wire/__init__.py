"""ISAKMP and IKE: octets to frozen dataclasses and back. Knows no keys and no state."""
