"""A laptop that dials in: IKEv1 as initiator, ESP in transport mode, L2TP and PPP, all in one process.

For the lab, on hosts whose kernel has none of these. It has no network device: it asks for an address, sends
echo requests from it, and hangs up.
"""
