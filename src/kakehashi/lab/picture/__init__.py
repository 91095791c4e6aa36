"""The lab as an SVG picture: devices, cables, NATs, hosts, and the tunnels with their state."""
