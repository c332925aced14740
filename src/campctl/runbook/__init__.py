"""Runbooks: unrolled to plain steps, looked through for mistakes, and followed step by step. Deciding is pure; `engine` does."""
