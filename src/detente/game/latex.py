"""Formulas, names and words as LaTeX: mathematics for what the language can say, every special character made safe."""

from __future__ import annotations

import re

from detente.game.expression import Expression
from detente.game.node import (
    Arithmetic,
    Both,
    Chain,
    Choice,
    Comparison,
    Either,
    Function,
    Member,
    Name,
    Negative,
    Node,
    Not,
    Number,
)

GREEK = frozenset(
    {"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi", "pi",
     "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma",
     "Upsilon", "Phi", "Psi", "Omega"}
)  # fmt: skip
_SIGNS = {"==": "=", "!=": r"\neq", "<=": r"\leq", ">=": r"\geq", "<": "<", ">": ">"}
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "\u2212": r"\ensuremath{-}",
}  # fmt: skip
_LOOSE = (Choice, Either, Both, Not, Comparison, Chain, Member)  # bind less than a sum does


def words(text: str) -> str:
    """Plain text for LaTeX: special characters written out, control characters as spaces. Never a command of the text's own."""
    return "".join(_SPECIAL.get(c, c if c.isprintable() else " ") for c in text)


def symbol(name: str) -> str:
    r"""A parameter's name in mathematics: ``w_high`` is w with the index high, ``pi`` the letter, ``loss`` upright."""
    first, _, rest = name.partition("_")
    found = re.fullmatch(r"([A-Za-z]+)(\d*)", first)
    stem, digits = (found[1], found[2]) if found else (first, "")
    head = f"\\{stem}" if stem in GREEK else stem if len(stem) == 1 else rf"\mathrm{{{words(stem)}}}"
    index = ", ".join(part for part in (digits, *rest.split("_")) if part)
    if not index:
        return head
    return f"{head}_{{{index}}}" if len(index) == 1 else rf"{head}_{{\mathrm{{{words(index)}}}}}"


def mathematics(formula: Expression | Node) -> str:
    """A formula as LaTeX mathematics, without dollar signs. Raises nothing: what has no form of its own is set as text."""
    return _set(formula.node if isinstance(formula, Expression) else formula)


def _set(node: Node) -> str:
    match node:
        case Number():
            return _number(node.number)
        case Name():
            return symbol(node.name)
        case Negative():
            return f"-{_tight(node.of)}"
        case Arithmetic():
            return _reckoned(node)
        case Comparison():
            return f"{_set(node.left)} {_SIGNS[node.sign]} {_set(node.right)}"
        case Chain():
            links = zip(node.signs, node.operands[1:], strict=True)
            return _set(node.operands[0]) + "".join(f" {_SIGNS[s]} {_set(o)}" for s, o in links)
        case Both():
            return rf"{_set(node.left)} \wedge {_set(node.right)}"
        case Either():
            return rf"{_set(node.left)} \vee {_set(node.right)}"
        case Not():
            return rf"\neg ({_set(node.of)})"
        case Choice():
            otherwise = rf"{_set(node.no)} & \text{{otherwise}}"
            return rf"\begin{{cases}} {_set(node.yes)} & \text{{if }} {_set(node.condition)} \\ {otherwise} \end{{cases}}"
        case Function():
            return _function(node)
        case _:
            return rf"\text{{{words(node.text())}}}"


def _number(x: float) -> str:
    text = f"{x:.6g}"
    head, e, power = text.partition("e")
    return rf"{head} \cdot 10^{{{int(power)}}}" if e else text


def _tight(node: Node) -> str:
    loose = isinstance(node, _LOOSE) or (isinstance(node, Arithmetic) and node.sign in "+-")
    return rf"\left({_set(node)}\right)" if loose or isinstance(node, Negative) else _set(node)


def _term(node: Node) -> str:
    return rf"\left({_set(node)}\right)" if isinstance(node, _LOOSE) else _set(node)


def _reckoned(node: Arithmetic) -> str:
    left, right = node.left, node.right
    match node.sign:
        case "/":
            return rf"\frac{{{_set(left)}}}{{{_set(right)}}}"
        case "*":
            dot = r" \cdot " if isinstance(right, Number) else r"\,"
            return f"{_tight(left)}{dot}{_tight(right)}"
        case "^":
            plain = isinstance(left, Name) or (isinstance(left, Number) and left.number >= 0)
            base = _set(left) if plain else rf"\left({_set(left)}\right)"
            return f"{{{base}}}^{{{_set(right)}}}"
        case "-":
            return f"{_term(left)} - {_tight(right)}"
        case _:
            after = rf"\left({_set(right)}\right)" if isinstance(right, Negative) else _term(right)
            return f"{_term(left)} + {after}"


def _function(node: Function) -> str:
    inside = ", ".join(_set(a) for a in node.arguments)
    match node.name:
        case "sqrt":
            return rf"\sqrt{{{inside}}}"
        case "abs":
            return rf"\left|{inside}\right|"
        case "min" | "max" | "exp" | "log":
            return rf"\{node.name}\left({inside}\right)"
        case _:
            return rf"\operatorname{{{words(node.name)}}}\left({inside}\right)"
