"""The Next Hop Resolution Protocol (RFC 2332) of a multipoint interface, sans-IO."""
