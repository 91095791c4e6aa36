"""The running daemon, everything impure: the driver of the core, netlink, DNS, timers, the control socket."""
