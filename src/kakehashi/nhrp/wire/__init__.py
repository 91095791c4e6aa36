"""The bytes of NHRP (RFC 2332 section 5), and what Cisco adds. Knows no state."""
