"""The bytes of L2TPv3: headers, messages and their digest. Knows no state."""
