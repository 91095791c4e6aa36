"""The router's own command line: the same session at the gateway's own terminal and over SSH."""
