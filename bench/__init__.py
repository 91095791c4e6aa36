"""Measurements beside other implementations, in one run on one machine; what counts are the ratios."""
