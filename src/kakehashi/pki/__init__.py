"""Certificates: whom they name, who vouches for them, whether they are still good (RFC 5280, RFC 4945).

Pure: time comes in with each question, and what is to be fetched goes out as a `Fetch`.
"""
