"""What is wrong with one configuration by itself, or between two: a rule is one small file."""
