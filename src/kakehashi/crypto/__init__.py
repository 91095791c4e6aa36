"""IKE's and ESP's algorithms by their IANA numbers, and the key schedules: RFC 7296; `ikev1` has RFC 2409.

Everything here is a function of its arguments: no state, no clock, no randomness of its own.
"""
