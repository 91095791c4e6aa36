"""The sans-IO protocol core: bytes, time and entropy in; bytes, commands and events out."""
