"""The bytes of PPP: frames, control packets, options. Knows no state."""
