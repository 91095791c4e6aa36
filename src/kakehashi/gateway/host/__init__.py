"""The host's interfaces, routes, rules, settings and filters: read, changed for the gateway, and put back."""
