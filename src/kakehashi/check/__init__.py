"""What can be said about configurations before anything runs: findings, pairs, the parameter sheet.

Needs no root and no data plane; the verdict on a pair comes of the real cores in virtual time.
"""
