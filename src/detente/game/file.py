"""Game files: YAML read with the line of every value, nothing but plain data let through."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)  # fmt: skip

from detente.errors import GameError, Where
from detente.game.model import Game
from detente.game.place import Path, Places

MAX_BYTES = 2_000_000
MAX_DEPTH = 30
MAX_VALUES = 100_000  # keys, values and lists; a scenario has some thousands

_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(?:[eE][-+]?[0-9]+)?")


def read_game(path: str | FilePath) -> Game:
    """The game in a ``.yaml`` file. (A ``.efg`` file holds a tree, not a game: use `read_efg`.)"""
    mapping, places = read_yaml(path)
    return Game.from_mapping(mapping, places)


def game_from_mapping(
    mapping: Mapping[str, Any],
    lines: Mapping[Path, int] | None = None,
    file: str | None = None,
    also: Iterable[str] = (),
) -> Game:
    """A game from the content of a file that may hold more; ``also`` are the top-level keys that are not the game's."""
    return Game.from_mapping(mapping, Places(file, lines or {}), also)


def read_yaml(path: str | FilePath) -> tuple[dict[Any, Any], Places]:
    """The content of a YAML file as plain data, and the line of every key and item."""
    file = FilePath(path)
    name = str(path)
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise GameError(
                "this file is too large", where=Where(name), found=f"{size} bytes", allowed=f"{MAX_BYTES}"
            )
        data = file.read_bytes()
    except OSError as error:
        raise GameError(
            "this file cannot be read", where=Where(name), found=error.strerror or error
        ) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise GameError(
            "this file is not UTF-8 text",
            where=Where(name, line),
            found=f"byte {data[error.start]:#04x}",
            allowed="UTF-8",
        ) from None
    return parse_yaml(text, name)


def parse_yaml(text: str, file: str | None = None) -> tuple[dict[Any, Any], Places]:
    """YAML text as plain data (dicts, lists, texts, numbers, truth values, None), and the line of every key and item.

    Anchors, aliases, tags, several documents and keys that stand twice are refused; sequences as keys become tuples.
    """
    if len(text) > MAX_BYTES:
        raise GameError("this file is too large", where=Where(file), found=f"{len(text)} characters")
    reader = _Reader(file)
    try:
        yaml: Any = YAML(typ="safe", pure=True)
        for event in yaml.parse(text):
            reader.take(event)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else None
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise GameError(f"this is not YAML: {problem}", where=Where(file, line)) from None
    if not reader.done:
        raise GameError(
            "this file is empty", where=Where(file), found="nothing", allowed="a list of `key: value`"
        )
    content = reader.content
    if not isinstance(content, dict):
        raise GameError(
            "this file is not a list of `key: value`", where=Where(file, 1), found=str(content)[:60],
            allowed="keys such as title, players, moves, payoffs",
        )  # fmt: skip
    return content, Places(file, reader.lines)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


@dataclass
class _Open:
    """A mapping or sequence that is being read."""

    content: dict[Any, Any] | list[Any]
    path: Path
    line: int
    key: Any = None
    has_key: bool = False
    is_key: bool = False  # a sequence that is itself a key
    flow: bool = False  # written as {...} or [...]


@dataclass
class _Reader:
    file: str | None
    lines: dict[Path, int] = field(default_factory=dict[Path, int])
    open: list[_Open] = field(default_factory=list["_Open"])
    content: Any = None
    done: bool = False
    documents: int = 0
    values: int = 0

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1 if event.start_mark is not None else 1
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        flow = bool(getattr(event, "flow_style", False))
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self.error("one file holds one document", line, "a second ---")
        self.values += 1
        if self.values > MAX_VALUES:
            raise self.error("this file holds too many values", line, f"more than {MAX_VALUES}")
        if isinstance(event, AliasEvent):
            raise self.error("aliases are not allowed here: write the value out", line, f"*{anchor}")
        if isinstance(event, (ScalarEvent, MappingStartEvent, SequenceStartEvent)):
            if anchor is not None:
                raise self.error("anchors are not allowed here: write the value out", line, f"&{anchor}")
            if tag is not None and str(tag) != "!":
                raise self.error("tags are not allowed here", line, tag)
        if isinstance(event, ScalarEvent):
            self.whole(event, line)
            self.put(_scalar(event), line)
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self.begin({} if isinstance(event, MappingStartEvent) else [], line, flow)
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            closed = self.open.pop()
            if closed.is_key:
                self.put(tuple(closed.content), closed.line)

    def whole(self, event: Any, line: int) -> None:
        """Refuse half a formula: inside {...} and [...] a comma ends a value that is not in quotes."""
        text: str = event.value
        if event.implicit[0] and self.open and self.open[-1].flow and text.count("(") > text.count(")"):
            raise GameError(
                "inside {...} or [...], a value with a comma in it needs quotes",
                where=Where(self.file, line),
                found=text,
                allowed='such as "grid(0, 1, 21)"',
            )

    def error(self, problem: str, line: int, found: object) -> GameError:
        return GameError(problem, where=Where(self.file, line), found=found)

    def begin(self, content: dict[Any, Any] | list[Any], line: int, flow: bool) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise self.error("too many levels inside one another", line, f"more than {MAX_DEPTH}")
        top = self.open[-1] if self.open else None
        if top is not None and isinstance(top.content, dict) and not top.has_key:
            if isinstance(content, dict) or top.is_key:
                raise self.error("a mapping cannot be a key", line, "{...}")
            self.open.append(_Open(content, top.path, line, is_key=True, flow=flow))
            return
        if top is not None and top.is_key:
            raise self.error("a key is a word, a number or a plain list of them", line, "a list in a list")
        path = self.put(content, line)
        self.open.append(_Open(content, path, line, flow=flow))

    def put(self, value: Any, line: int) -> Path:
        """Add a value, or a key, to what is open; the path of where it went."""
        if not self.open:
            self.content, self.done = value, True
            self.lines[()] = line
            return ()
        top = self.open[-1]
        if isinstance(top.content, list):
            top.content.append(value)
            path = (*top.path, len(top.content) - 1)
            if not top.is_key:
                self.lines[path] = line
            return path
        if not top.has_key:
            if value in top.content:
                raise GameError(
                    "this key stands here twice",
                    where=Where(self.file, line),
                    found=value,
                    allowed="each key once",
                )
            top.key, top.has_key = value, True
            self.lines[(*top.path, value)] = line
            return top.path
        top.content[top.key] = value
        top.has_key = False
        return (*top.path, top.key)


def _scalar(event: Any) -> Any:
    """A plain scalar by YAML 1.2's core rules; a quoted one is text."""
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text[0] in "tT"
    if len(text) <= 40 and _INT.fullmatch(text):
        return int(text)
    if len(text) <= 40 and _FLOAT.fullmatch(text):
        return float(text)
    return text
