"""The report in Japanese: every English sentence with its counterpart, as data.

A sentence is looked up as a whole, `{}` standing for what differs from case to case; `{1}` is the second of
these where the order is another one.
"""
