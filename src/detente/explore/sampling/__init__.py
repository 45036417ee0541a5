"""Where the model is solved: draws from the ranges, and what they stand for.

| file | what is in it |
|---|---|
| `designs` | blocks of draws of any design |
| `sobol`, `latin`, `grid`, `table` | one design each |
| `plan` | what a design comes to for one study |
| `replicates` | independent point sets interleaved, refused points taken out |
| `points` | the unit cube to parameters: correlations, distributions, constraints |
| `words` | parts of the sentence that says what a share is a share of |
"""
