"""What a game is: the language that games are written in, checking it, unfolding it into arrays."""

from detente.game.efg import read_efg, write_efg
from detente.game.expression import Expression, parse
from detente.game.file import game_from_mapping, parse_yaml, read_game, read_yaml
from detente.game.model import Game
from detente.game.nfg import read_nfg
from detente.game.parameter import Evidence, Parameter
from detente.game.parts import Move, PrivateType, Term, TypeBlock
from detente.game.restrict import Restriction
from detente.game.tree import InformationSet, Tree
from detente.game.unfold import unfold
from detente.game.write import game_yaml

__all__ = [
    "Evidence",
    "Expression",
    "Game",
    "InformationSet",
    "Move",
    "Parameter",
    "PrivateType",
    "Restriction",
    "Term",
    "Tree",
    "TypeBlock",
    "game_from_mapping",
    "game_yaml",
    "parse",
    "parse_yaml",
    "read_efg",
    "read_game",
    "read_nfg",
    "read_yaml",
    "unfold",
    "write_efg",
]
