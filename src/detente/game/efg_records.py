"""The records of an .efg file, one per node, with everything that the format lets a file say once filled in.

Labels, menus and payoffs may be given at the first mention of an information set or outcome and left out
later; a later mention that gives them again must agree, since there is no telling which one was meant.
The one check left to `efg` is that the records make one tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from detente.errors import GameError, Where
from detente.game.efg_tokens import CLOSE, END, NUMBER, OPEN, TEXT, WORD, Cursor, Token

# How far the probabilities of a chance node may be from adding up to 1: files print doubles, some of them (OpenSpiel's,
# with ten digits) rounded. Beyond this slack, half a unit of the last digit of each decimal that has at least `DIGITS`.
PROBABILITY_SLACK = Fraction(1, 10**9)
DIGITS = 5
MAX_PLAYERS, MAX_MENU = 100, 10_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """Payoffs by player, as they stand in the file."""

    number: int
    name: str
    payoffs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Menu:
    """An information set: owner (0: chance), number, name, options, and the chances of a chance move."""

    player: int
    number: int
    name: str
    options: tuple[str, ...]
    chances: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the tree in prefix order. ``menu`` is None at the end of the game."""

    line: int
    name: str
    menu: Menu | None
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before the first node."""

    title: str
    players: tuple[str, ...]
    comment: str


class Reader(Cursor):
    """Reads the header at once and the nodes one by one, so that a caller can stop at a bound of its own."""

    def __init__(self, text: str, where: Where) -> None:
        super().__init__(text, where)
        self._menus: dict[tuple[int, int], Menu] = {}
        self._outcomes: dict[int, Outcome] = {}
        self.header = self._header()

    def nodes(self) -> Iterator[Node]:
        """Every node to the end of the file."""
        while not self._at(END):
            yield self._node()

    @property
    def line(self) -> int:
        """Line of the word that comes next."""
        return self._next.line

    # ---- words

    def _integer(self, what: str, least: int = 0) -> int:
        token = self._expect(NUMBER, what)
        if not token.text.isdecimal() or len(token.text) > 9 or int(token.text) < least:
            raise self._error(f"expected {what}", token, f"a whole number of at least {least}")
        return int(token.text)

    # ---- header

    def _header(self) -> Header:
        self._begin("EFG", "2")
        title = self._expect(TEXT, "the title of the game in quotation marks").text
        self._expect(OPEN, "the list of players in braces")
        players: list[str] = []
        while not self._at(CLOSE):
            players.append(self._expect(TEXT, "a player's name or the brace that closes the list").text)
            if len(players) > MAX_PLAYERS:
                raise self._error("too many players", self._next, f"at most {MAX_PLAYERS}")
            self._comma()
        closing = self._take()
        if not players:
            raise self._error("the list of players is empty", closing, "at least one player")
        comment = self._take().text if self._at(TEXT) else ""
        return Header(title, tuple(players), comment)

    # ---- nodes

    def _node(self) -> Node:
        letter = self._expect(WORD, "a node (c, p or t)")
        if letter.text not in ("c", "p", "t"):
            raise self._error("unknown kind of node", letter, "c (chance), p (player) or t (end)")
        name = self._expect(TEXT, "the name of the node in quotation marks").text
        menu = None if letter.text == "t" else self._menu(letter)
        return Node(letter.line, name, menu, self._outcome())

    def _menu(self, letter: Token) -> Menu:
        chance = letter.text == "c"
        player = 0
        if not chance:
            owner = self._next
            player = self._integer("the number of the player", least=1)
            if player > len(self.header.players):
                raise self._error(
                    "a node belongs to a player who is not in the list",
                    owner,
                    f"a number from 1 to {len(self.header.players)}",
                )
        number = self._integer("the number of the information set", least=1)
        name = self._take().text if self._at(TEXT) else None
        known = self._menus.get((player, number))
        owner_name = "chance" if chance else self.header.players[player - 1]
        which = f"information set {number} of {owner_name}"
        if not self._at(OPEN):
            if known is None:
                raise self._error(
                    f"{which} is mentioned before its options are given", self._next, "options in braces"
                )
            self._agree(name, known.name, f"{which} has two names", letter)
            return known
        options, chances = self._options(chance, which)
        if known is None:
            self._menus[player, number] = Menu(player, number, name or "", options, chances)
            return self._menus[player, number]
        self._agree(name, known.name, f"{which} has two names", letter)
        if len(options) != len(known.options):
            problem = f"{which} has {len(options)} options here and {len(known.options)} at its first mention"
            raise GameError(problem, where=self.where.at(line=letter.line))
        if options != known.options or [Fraction(p) for p in chances] != [Fraction(p) for p in known.chances]:
            raise GameError(
                f"{which} has other options or chances here than at its first mention",
                where=self.where.at(line=letter.line),
                found=" ".join(f'"{o}"' for o in options),
                allowed=" ".join(f'"{o}"' for o in known.options),
            )
        return known

    def _agree(self, here: str | None, first: str, problem: str, letter: Token) -> None:
        if here and first and here != first:
            raise GameError(
                problem, where=self.where.at(line=letter.line), found=here, allowed=f'"{first}" or nothing'
            )

    def _options(self, chance: bool, which: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        opening = self._take()
        options: list[str] = []
        chances: list[str] = []
        while not self._at(CLOSE):
            options.append(self._expect(TEXT, f"an option of {which} or the brace that closes the list").text)
            if chance:
                token = self._next
                chances.append(self._number(f"the probability of {options[-1]!r} in {which}"))
                if not 0 <= Fraction(token.text) <= 1:
                    raise self._error(
                        f"a probability of {which} is out of range", token, "a number from 0 to 1"
                    )
            if len(options) > MAX_MENU:
                raise self._error(f"{which} has too many options", self._next, f"at most {MAX_MENU}")
            self._comma()
        self._take()
        if not options:
            raise self._error(f"{which} has no options", opening, "at least one")
        total = sum((Fraction(p) for p in chances), Fraction(0))
        if chance and PROBABILITY_SLACK < abs(total - 1) <= sum(map(_rounding, chances)):
            chances = [str(Fraction(p) / total) for p in chances]  # rounded in print: scaled back
            total = Fraction(1)
        if chance and abs(total - 1) > PROBABILITY_SLACK:
            problem = f"the probabilities of {which} add up to {float(total):.10g}, not to 1"
            raise GameError(problem, where=self.where.at(line=opening.line), found=" ".join(chances))
        return tuple(options), tuple(chances)

    def _outcome(self) -> Outcome | None:
        first = self._next
        number = self._integer("the number of the outcome (0 for none)")
        name = self._take().text if self._at(TEXT) else None
        known = self._outcomes.get(number)
        if not self._at(OPEN):
            if number == 0:
                return None
            if known is None:
                raise self._error(
                    f"outcome {number} is mentioned before its payoffs are given", first, "payoffs in braces"
                )
            self._agree(name, known.name, f"outcome {number} has two names", first)
            return known
        payoffs = self._payoffs(number)
        if number == 0:
            raise self._error(
                "outcome 0 means no outcome and has no payoffs", first, "a number from 1, or no payoffs"
            )
        if known is None:
            self._outcomes[number] = Outcome(number, name or "", payoffs)
            return self._outcomes[number]
        self._agree(name, known.name, f"outcome {number} has two names", first)
        if [Fraction(v) for v in payoffs] != [Fraction(v) for v in known.payoffs]:
            raise GameError(
                f"outcome {number} has other payoffs here than at its first mention",
                where=self.where.at(line=first.line),
                found=" ".join(payoffs),
                allowed=" ".join(known.payoffs),
            )
        return known

    def _payoffs(self, number: int) -> tuple[str, ...]:
        opening = self._take()
        payoffs: list[str] = []
        while not self._at(CLOSE):
            payoffs.append(self._number(f"a payoff of outcome {number} or the brace that closes the list"))
            if len(payoffs) > len(self.header.players):
                break
            self._comma()
        if len(payoffs) != len(self.header.players) or not self._at(CLOSE):
            raise self._error(
                f"outcome {number} has the wrong number of payoffs",
                opening,
                f"{len(self.header.players)}, one for each player",
            )
        self._take()
        return tuple(payoffs)


def _rounding(number: str) -> Fraction:
    """How far a printed decimal may be from what was rounded; 0 for a ratio and for one of few digits."""
    decimals, _, power = number.lower().partition("e")
    _, point, digits = decimals.partition(".")
    places = len(digits) - int(power or 0)
    return (
        Fraction(1, 2 * 10**places) if (point or power) and len(digits.lstrip("0")) >= DIGITS else Fraction(0)
    )
