"""Routers, their LANs, the internet and a NAT between them, out of network namespaces on this machine.

`plan` says what is to be built, without building anything; `sandbox`, `netns` and `realise` build it; the
gateways are real `kakehashi run` processes.
"""
