"""L2TPv2 (RFC 2661) as an LNS, sans-IO: datagrams and time in, effects out. `ppp` speaks inside it."""
