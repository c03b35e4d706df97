"""Bytes to text: which charset, what is packed, and what is no text at all."""
