"""Asterisk 22, on one machine or several over one PostgreSQL, driven over its manager interface (AMI)."""
