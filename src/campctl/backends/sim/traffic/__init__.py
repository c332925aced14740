"""Callers of the embedded exchange: calls arrive by a profile, wait, are answered by whoever sits in the queues, and end."""
