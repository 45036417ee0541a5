"""Parsed paragraphs to attributions: source, cue and content."""
