"""No deadline for one made-up example: a busy machine is no fault of the codec. `test_bounds` counts work."""

from hypothesis import settings

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
