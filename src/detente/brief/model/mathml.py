"""Formulas as MathML, which browsers set without any script: what the language can say, names escaped."""

from __future__ import annotations

from html import escape

from detente.game import Expression, parse
from detente.game.latex import GREEK
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

_SIGNS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥", "<": "&lt;", ">": "&gt;"}
_LETTERS: dict[str, str] = dict(
    zip(
        ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
         "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi",
         "Sigma", "Upsilon", "Phi", "Psi", "Omega"),
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ",
        strict=True,
    )
)  # fmt: skip
assert set(_LETTERS) == GREEK
_LOOSE = (Choice, Either, Both, Not, Comparison, Chain, Member)  # bind less than a sum does


def mathml(formula: Expression | str) -> str:
    """A formula as one ``<math>`` element. Raises ExpressionError for text that is no formula."""
    expression = parse(formula) if isinstance(formula, str) else formula
    return f'<math display="block">{_set(expression.node)}</math>'


def symbol(name: str) -> str:
    """A parameter's name: ``w_high`` is w with the index high, ``pi`` the letter, ``loss`` upright."""
    first, _, rest = name.partition("_")
    stem = first.rstrip("0123456789") or first
    digits = first[len(stem) :]
    head = f"<mi>{escape(_LETTERS.get(stem, stem))}</mi>"
    index = ", ".join(part for part in (digits, *rest.split("_")) if part)
    if not index:
        return head
    small = f"<mn>{index}</mn>" if index.isdecimal() else f"<mtext>{escape(index)}</mtext>"
    return f"<msub>{head}{small}</msub>"


def _row(*parts: str) -> str:
    return f"<mrow>{''.join(parts)}</mrow>"


def _sign(text: str) -> str:
    return f"<mo>{text}</mo>"


def _within(inner: str, left: str = "(", right: str = ")") -> str:
    return _row(_sign(left), inner, _sign(right))


def _set(node: Node) -> str:
    match node:
        case Number():
            return _number(node.number)
        case Name():
            return symbol(node.name)
        case Negative():
            return _row(_sign("−"), _tight(node.of))
        case Arithmetic():
            return _reckoned(node)
        case Comparison():
            return _row(_term(node.left), _sign(_SIGNS[node.sign]), _term(node.right))
        case Chain():
            links = zip(node.signs, node.operands[1:], strict=True)
            return _row(_set(node.operands[0]), *(_sign(_SIGNS[s]) + _set(o) for s, o in links))
        case Both():
            return _row(_part(node.left, Either), _word("and"), _part(node.right, Either))
        case Either():
            return _row(_part(node.left, Both), _word("or"), _part(node.right, Both))
        case Not():
            return _row(_word("not", before=False), _within(_set(node.of)))
        case Choice():
            return _choice(node)
        case Function():
            return _function(node)
        case _:
            return f"<mtext>{escape(node.text())}</mtext>"


def _number(x: float) -> str:
    text = f"{x:.6g}"
    head, e, power = text.partition("e")
    sign, head = ("−", head[1:]) if head.startswith("-") else ("", head)
    shown = f"<mn>{head}</mn>"
    if e:
        ten = f"<msup><mn>10</mn>{_number(int(power))}</msup>"
        shown = _row(shown, _sign("·"), ten)
    return _row(_sign(sign), shown) if sign else shown


def _word(text: str, before: bool = True) -> str:
    space = '<mspace width="0.5em"></mspace>'
    return f"{space if before else ''}<mtext>{text}</mtext>{space}"


def _part(node: Node, other: type[Node]) -> str:
    """A part of "and" or "or"; one that mixes the two stands in brackets."""
    return _within(_set(node)) if isinstance(node, other | Choice) else _set(node)


def _tight(node: Node) -> str:
    loose = isinstance(node, _LOOSE) or (isinstance(node, Arithmetic) and node.sign in "+-")
    return _within(_set(node)) if loose or isinstance(node, Negative) else _set(node)


def _term(node: Node) -> str:
    return _within(_set(node)) if isinstance(node, _LOOSE) else _set(node)


def _reckoned(node: Arithmetic) -> str:
    left, right = node.left, node.right
    match node.sign:
        case "/":
            return f"<mfrac>{_row(_set(left))}{_row(_set(right))}</mfrac>"
        case "*":
            dot = "·" if isinstance(right, Number) or _long(left) or _long(right) else "\u2062"
            return _row(_tight(left), _sign(dot), _tight(right))
        case "^":
            plain = isinstance(left, Name) or (isinstance(left, Number) and left.number >= 0)
            base = _row(_set(left)) if plain else _within(_set(left))
            return f"<msup>{base}{_row(_set(right))}</msup>"
        case "-":
            return _row(_term(left), _sign("−"), _tight(right))
        case _:
            after = _within(_set(right)) if isinstance(right, Negative) else _term(right)
            return _row(_term(left), _sign("+"), after)


def _long(node: Node) -> bool:
    """A name of several letters: beside another factor it needs a sign between."""
    return isinstance(node, Name) and len(node.name.partition("_")[0]) > 1 and node.name not in _LETTERS


def _choice(node: Choice) -> str:
    """A number that depends on a condition: one line for each case; a rule beside them, since few fonts can stretch a brace."""
    rows: list[tuple[str, str]] = []
    at: Node = node
    while isinstance(at, Choice):
        rows.append((_set(at.yes), f"{_word('if')}{_set(at.condition)}"))
        at = at.no
    rows.append((_set(at), _word("otherwise")))
    cells = "".join(
        f'<mtr><mtd><mrow displaystyle="true">{value}</mrow></mtd><mtd><mrow displaystyle="true">{when}</mrow></mtd></mtr>'
        for value, when in rows
    )
    return f'<mtable class="cases">{cells}</mtable>'


def _function(node: Function) -> str:
    inside = _row(_sign(",").join(_set(a) for a in node.arguments))
    match node.name:
        case "sqrt":
            return f"<msqrt>{inside}</msqrt>"
        case "abs":
            return _within(inside, "|", "|")
        case _:
            return _row(f"<mi>{escape(node.name)}</mi>", _within(inside))


__all__ = ["mathml", "symbol"]
