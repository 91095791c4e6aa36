"""PPP (RFC 1661) as the side that is dialed, sans-IO: frames and time in, effects out. No HDLC framing."""
