"""From one router's language to another: translate a router, mirror its far end, and prove both."""
