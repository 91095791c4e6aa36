"""IKE's and ESP's algorithms by their IANA numbers, and the key schedule of RFC 7296.

Everything here is a function of its arguments: no state, no clock, no randomness of its own.
"""
