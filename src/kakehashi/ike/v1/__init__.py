"""IKEv1 (RFC 2408, RFC 2409, RFC 3706, RFC 3947): one file an exchange."""
