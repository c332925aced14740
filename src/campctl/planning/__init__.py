"""Desired and observed resources to a plan: diff, order, story, cost, guardrails. Pure."""
