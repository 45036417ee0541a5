"""A prototype that compares what may be unknown in the equations of a game; not used by the package."""
