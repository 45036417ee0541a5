"""Exercises made of what a model itself holds: worked points, thresholds, claims, other equilibria. Every answer was computed."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from detente.brief import words
from detente.brief.model.known import turns
from detente.game import Tree
from detente.models import Model
from detente.solve import solve

POINTS, TURNS, CLAIMS = 3, 3, 4  # of each kind at most
BESIDE = 0.05  # of the range of a parameter: how far from a threshold the game is solved
SAME = 5e-4  # probabilities nearer than this read the same
RELATED = 6  # events named in an answer
ASKED = 5  # numbers of a worked point that are asked for

Rows = Sequence[Mapping[str, Any]]


def exercises(
    model: Model, name: str, tree: Tree, worked: Rows, claims: Rows, others: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """``[{kind, question, answer, commands}]``, ``kind`` point, threshold, claim or equilibria.

    ``name`` is what the model is called on the command line. ``worked``, ``claims`` and ``others`` are those of the result. A worked
    point where told and found differ, or a threshold at which nothing changes in play, makes no exercise.
    """
    return [
        *_points(worked, name),
        *_turns(model, name, tree),
        *_claims(claims, name),
        *_equilibria(others, name),
    ]


def _points(worked: Rows, name: str) -> list[dict[str, Any]]:
    found = []
    for row in worked:
        numbers = row["numbers"]
        if row["reached"] != "principal" or not numbers or not all(n["agrees"] for n in numbers):
            continue
        at = words.listed([f"{k} = {_exact(v)}" for k, v in row["at"].items()])
        place = f"Set {at}, all else at the base values" if at else "Take the base values"
        play = (
            ""
            if row["precision"] == "limit"
            else f" Players choose with precision {_exact(row['precision'])}."
        )
        question = f"{place}.{play} Derive {words.listed([n['what'] for n in numbers[:ASKED]])}."
        answer = words.listed([f"{n['what']} = {_exact(n['told'])}" for n in numbers[:ASKED]])
        command = _solve(name, row["at"])
        if row["precision"] != "limit":
            command += f" --lambda {_exact(row['precision'])}"
        found.append(
            _exercise("point", question, f"{answer}, by {row['by']}; the solver finds the same.", command)
        )
    return found[:POINTS]


def _turns(model: Model, name: str, tree: Tree) -> list[dict[str, Any]]:
    """Where a threshold changes sides along one of its parameters; the game solved on both sides shows what changes."""
    found = []
    for threshold in model.thresholds:
        for x in threshold.over if threshold.compares else ():
            places = turns(model, threshold, x)
            if len(places) != 1:
                continue
            parameter, (at, above) = model.game.parameters[x], places[0]
            step = BESIDE * (parameter.high - parameter.low)
            sides = [float(f"{v:.4g}") for v in (at - step, at + step)]
            if not (parameter.low <= sides[0] < at < sides[1] <= parameter.high):
                continue
            solved = solve(tree, {x: np.array(sides)}, threads=1)
            if not solved.certified.all():
                continue
            moved = [
                f"P({event}) is {_exact(a)} and {_exact(b)}"
                for event, (a, b) in zip(tree.events, solved.event.T, strict=True)
                if abs(a - b) > SAME
            ][:RELATED]
            if not moved:
                continue
            question = (
                f"All else is at its base value. At which {x} does “{threshold.formula}” change sides? "
                "What does that change in what happens?"
            )
            answer = (
                f"At {x} = {_exact(at)}: it {'fails' if above else 'holds'} below and {'holds' if above else 'fails'} above. "
                f"At {x} = {_exact(sides[0])} and {x} = {_exact(sides[1])} the solver finds: {'; '.join(moved)}."
            )
            found.append(_exercise("threshold", question, answer, *(_solve(name, {x: v}) for v in sides)))
    return found[:TURNS]


def _claims(claims: Rows, name: str) -> list[dict[str, Any]]:
    """Claims that do not hold throughout come first: they are the ones that are read into the model."""
    decided = [claim for claim in claims if claim["verdict"] != "undecided"]
    ordered = sorted(decided, key=lambda claim: claim["verdict"] == "holds throughout")
    found = []
    for claim in ordered[:CLAIMS]:
        text = claim["text"].strip().rstrip(".!?")
        answer = _tested(claim)
        if claim["because"]:
            answer += f" {words.sentence(claim['because'])}"
        found.append(
            _exercise(
                "claim",
                f"Is this so wherever the parameters lie in their ranges? “{text}.” Find an argument, or a point where it fails.",
                answer,
                f"detente test {name} --only {shlex.quote(claim['id'])}",
            )
        )
    return found


def _tested(claim: Mapping[str, Any]) -> str:
    """What testing found, with the bounds that were found and, where one parameter turns the claim, the point where it does."""
    decided, held = claim["decided"], round((claim["share"] or 0.0) * claim["decided"])
    which = "points of the ranges that could be decided" if claim["undecided"] else "points of the ranges"
    if claim["verdict"] != "holds if":
        return (
            f"It {'held' if claim['verdict'] == 'holds throughout' else 'failed'} at all {decided:,} {which}."
        )
    told = f"No: it held at {held:,} of {decided:,} {which}."
    if claim["rule"] and claim["rule_found"]:
        told += f" What sorts them best: it holds if {claim['rule_text']}."
    binding = claim["binding"]
    if binding and claim["holds_at_base"] is not None:
        told += (
            f" From the base values, where it {'holds' if claim['holds_at_base'] else 'fails'}, it turns "
            f"at {binding['parameter']} = {_exact(binding['at'])}."
        )
    return told


def _equilibria(others: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = others["equilibria"]
    if len(rows) < 2:
        return []
    said = [
        f"number {n}{' (the principal one)' if row['principal'] else ''}: "
        + ", ".join(f"P({event}) = {_exact(p)}" for event, p in row["events"].items())
        for n, row in enumerate(rows[:RELATED], 1)
    ]
    question = "More than one equilibrium exists at the base values. Find a second one. Which belief or which expectation carries it?"
    answer = f"{words.count(len(rows), 'outcome')} found; {'; '.join(said)}."
    return [_exercise("equilibria", question, answer, f"detente solve {name} --all")]


def _exercise(kind: str, question: str, answer: str, *commands: str) -> dict[str, Any]:
    return {"kind": kind, "question": question, "answer": answer, "commands": list(commands)}


def _solve(name: str, at: Mapping[str, float]) -> str:
    return " ".join([f"detente solve {name}", *(f"--set {k}={v:.12g}" for k, v in at.items())])


def _exact(value: float) -> str:
    """Four significant digits; what is nothing but rounding is nothing."""
    return "0" if abs(value) < 1e-9 else f"{value:.4g}"


__all__ = ["exercises"]
