"""Word lists and names of places and bodies, written for this package, and what reads them."""
