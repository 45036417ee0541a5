"""Where the model is solved: draws from the ranges, and what they stand for."""
