"""L2TPv3 (RFC 3931) as a control connection endpoint, sans-IO: Ethernet pseudowires between two LCCEs."""
