"""One claim over the ranges: its verdict, what flips it, the search that tries to break it."""
