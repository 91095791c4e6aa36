"""The vendor-neutral nouns. A dialect lowers a configuration to them; everything else works on them alone.

All values are frozen dataclasses; nothing here does input, output or time.
"""
