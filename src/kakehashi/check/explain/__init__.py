"""Why a tunnel of a running gateway is not up, in the order in which an engineer looks (CI-14)."""
