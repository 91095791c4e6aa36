"""People who dial in: L2TP and PPP between the data plane, the users and the host."""
