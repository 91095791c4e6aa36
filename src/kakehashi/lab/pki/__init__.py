"""Who vouches for the devices of a lab, what that authority says of revoked ones, and where it is asked."""
