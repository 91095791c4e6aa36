"""Pseudowires in the running gateway: who makes them, and the bridges that they are ports of."""
