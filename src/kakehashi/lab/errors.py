"""What stops a lab before it reports anything."""


class LabError(Exception):
    """The lab cannot be built; the text says why and what to do."""
