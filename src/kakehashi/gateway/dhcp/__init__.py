"""Addresses that come from outside (RFC 2131): one client process a device, and the leases they have."""
