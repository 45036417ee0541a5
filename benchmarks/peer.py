"""pygambit's side, in a process of its own: reads a request on standard input, answers on standard output.

A request is {"paths": [...], "maxregret": null, "precision": 20.0} or, for the limit, {"precision": null, "maxregret": 1e-8}. Games
are read before the clock starts, and the first is solved once before it counts.
"""

from __future__ import annotations

import json
import sys
import time
import warnings


def main() -> None:
    warnings.simplefilter("ignore")
    import pygambit
    from pygambit import nash, qre

    request = json.load(sys.stdin)
    games = [pygambit.read_efg(path) for path in request["paths"]]
    precision, regret = request["precision"], request["maxregret"]

    def one(game):  # type: ignore[no-untyped-def]
        if precision is not None:
            point = qre.logit_solve_lambda(game, precision)[-1]
            return float(point.lam), point.profile
        found = nash.logit_solve(game, maxregret=regret)
        return None, found.equilibrium

    one(games[0])
    answers = []
    for game in games:
        begin = time.process_time()
        lam, profile = one(game)
        spent = time.process_time() - begin
        rows = []
        for behaviour in profile or ():
            for history, mixed in behaviour:
                rows.append([[str(a) for a in history.actions], [float(p) for _, p in mixed]])
        answers.append({"seconds": spent, "lambda": lam, "found": profile is not None, "strategy": rows})
    json.dump({"version": pygambit.__version__, "answers": answers}, sys.stdout)


if __name__ == "__main__":
    main()
