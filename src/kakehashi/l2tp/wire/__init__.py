"""The bytes of L2TPv2: headers, AVPs, messages. Knows no state."""
