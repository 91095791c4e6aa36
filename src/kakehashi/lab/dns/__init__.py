"""The name server of the lab's internet: real, authoritative, with dynamic update."""
