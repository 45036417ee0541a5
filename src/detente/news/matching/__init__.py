"""Statements to the claims and roles of a scenario."""
