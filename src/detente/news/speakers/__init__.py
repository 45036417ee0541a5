"""Whose words: sources and mentions resolved to actors."""
