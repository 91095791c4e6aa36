"""Tunnels of many peers: which of them a packet goes to, and NHRP, which finds them."""
