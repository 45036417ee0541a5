"""Following the principal branch of the logit equations, eight draws at once. In the order in which a reader may want them:

`trace` calls the two kernels of `blocks`; those put draws into lanes (`layout`, `batch`), evaluate (`kernel`), differentiate (`slope`)
and solve (`linear`, by the plan of `factor` and `compile`), and ask `continuation`, `arclength` or, towards the limit, `climb` what
is next. `limit` evaluates with 31 digits (`twofold`). `jacobian` and `symmetry` look for what no determinant shows. `lanes` is the
vector arithmetic of all kernels (`vector` compiled, `rows` not), `jit` how they are compiled.
"""
