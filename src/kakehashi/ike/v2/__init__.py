"""IKEv2 (RFC 7296), one file an exchange."""
