"""The algorithms of IKEv1 by their IANA numbers, and the key schedule of RFC 2409.

Everything here is a function of its arguments, as in the package above. Argument names are those of RFC 2409:
`ni_b`, `nr_b` are the bodies of the Nonce payloads, `sai_b`, `idii_b` and so on the bodies of those payloads,
without their generic headers and as they were sent; `cky_i`, `cky_r` the cookies of 8 octets; `g_xi`, `g_xr`
the public values as they stand in the KE payloads, `g_xy` the secret, as long as the group's modulus;
`message_id` a number of 32 bits.
"""
