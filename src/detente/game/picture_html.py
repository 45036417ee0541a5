"""Pictures of a game as HTML fragments: no script, no colour that carries meaning alone, every label escaped.

`tree_html` is a list in a list: what a screen reader speaks in order, and what `<details>` folds without script.
`timeline_html` is an ordered list of the moves. Both are one `<figure>` with a caption that says in words what it shows.

Classes, for whoever writes the style sheet (indent of a nested list should be small: 20 levels fit 390 px at 0.6 rem):

    dt-picture                      the <figure>; also dt-picture-tree or dt-picture-timeline
    dt-tree                         <ul> of branches, nested
    dt-branch                       <li>; also dt-never where its probability is under 0.005
    dt-option                       the option that leads here
    dt-probability                  its probability; carries --p (0 to 1) for a bar
    dt-chance                       marks a move of chance
    dt-player, dt-player-0 .. -7    who moves, numbered in the order of the game (the name is always written)
    dt-move                         name of the move
    dt-knows                        what the mover knows or cannot tell apart
    dt-end                          an ending; dt-event an event that holds there; dt-payoffs, dt-payoff its payoffs
    dt-hidden                       how much is folded or left out
    dt-timeline                     <ol> of moves; dt-step one of them
    dt-when                         the condition for a move; dt-unseen who does not see it
    dt-text                         the sentence that explains a move
    dt-types                        <ul>: what each player alone knows, before the first move
"""

from __future__ import annotations

from html import escape

from detente.game.model import Game
from detente.game.picture_timeline import Secret, Step, audience, brief, called, menu, secrets, steps, summary
from detente.game.picture_tree import Branch, View, counted, listed, number, probability
from detente.game.tree import CHANCE, TERMINAL, Floats, Tree

NEVER = 0.005


def tree_html(
    tree: Tree,
    strategy: Floats | None = None,
    numbers: Floats | None = None,
    *,
    depth: int = 3,
    max_nodes: int = 400,
    caption: str | None = None,
) -> str:
    """The tree as nested lists. ``strategy`` [slot] puts probabilities on the options of players.

    The first ``depth`` levels are open, deeper ones folded with a count of what they hold; what does not fit into
    ``max_nodes`` positions is left out and counted. ``numbers`` is a row of `Tree.numbers_at` (None: base values).
    """
    view = View(tree, strategy, numbers, max_nodes=max_nodes)
    said = view.summary()
    if strategy is not None:
        said += " The number after an option is the probability with which it is taken."
    head = f"<strong>{_text(caption)}</strong> " if caption else ""
    body = _node(view, 0, None, depth)
    return (
        '<figure class="dt-picture dt-picture-tree">'
        f"<figcaption>{head}{_text(said)}</figcaption>"
        f'<ul class="dt-tree">{body}</ul></figure>'
    )


def _node(view: View, node: int, taken: Branch | None, depth: int) -> str:
    never = taken is not None and taken.probability is not None and taken.probability < NEVER
    opening = f'<li class="dt-branch{" dt-never" if never else ""}">'
    line = _taken(taken) + _said(view, node)
    hidden = view.hidden(node)
    if hidden is not None:
        return f'{opening}{line} <span class="dt-hidden">[{hidden}]</span></li>'
    branches = view.branches(node)
    if not branches:
        return f"{opening}{line}</li>"
    inner = "".join(_node(view, branch.node, branch, depth - 1) for branch in branches)
    inside = view.inside(node)
    fold = "" if depth > 0 else f' <span class="dt-hidden">[{counted(inside.ends, "ending")} inside]</span>'
    return (
        f"{opening}<details{' open' if depth > 0 else ''}><summary>{line}{fold}</summary>"
        f'<ul class="dt-tree">{inner}</ul></details></li>'
    )


def _taken(branch: Branch | None) -> str:
    if branch is None:
        return ""
    shown = f'<span class="dt-option">{_words(branch.label) or "(no name)"}</span>'
    if branch.probability is not None:
        p = min(max(branch.probability, 0.0), 1.0)
        shown += f' <span class="dt-probability" style="--p:{p:.4f}">{_text(probability(branch.probability))}</span>'
    return f'{shown} <span aria-hidden="true">→</span> '


def _said(view: View, node: int) -> str:
    kind = view.tree.kind[node]
    if kind == TERMINAL:
        events = ", ".join(f'<span class="dt-event">{_words(name)}</span>' for name in view.events(node))
        paid = ", ".join(
            f'<span class="dt-payoff">{_text(name)} {number(worth)}</span>'
            for name, worth in view.payoffs(node)
        )
        return f'<span class="dt-end">{events or "end"}: <span class="dt-payoffs">{paid}</span></span>'
    name = _words(view.name(node))
    move = f' <span class="dt-move">{name}</span>' if name else ""
    if kind == CHANCE:
        return f'<span class="dt-chance">chance</span>{move}'
    told = view.ignorance(node)
    note = f' <span class="dt-knows">({_text(told)})</span>' if told else ""
    return f"{player_html(view.actor(node) or '', view.owner(node) or 0)}{move}{note}"


def timeline_html(game: Game, caption: str | None = None) -> str:
    """The moves in time order as an ordered list, before it what each player alone knows."""
    head = f"<strong>{_text(caption)}</strong> " if caption else ""
    players = list(game.players)
    known = "".join(f"<li>{_secret(game, players, secret)}</li>" for secret in secrets(game))
    types = f'<ul class="dt-types">{known}</ul>' if known else ""
    moves = "".join(_step(step) for step in steps(game))
    return (
        '<figure class="dt-picture dt-picture-timeline">'
        f"<figcaption>{head}{_text(summary(game))}</figcaption>"
        f'{types}<ol class="dt-timeline">{moves}</ol></figure>'
    )


def _secret(game: Game, players: list[str], secret: Secret) -> str:
    owner = player_html(brief(game, secret.owner), players.index(secret.owner))
    words = _menu(secret)
    drawn = f"; drawn together with {_text(listed(list(secret.together)))}" if secret.together else ""
    move = f'<span class="dt-move">{_text(secret.name.replace("_", " "))}</span>'
    return f"Known to {owner} alone: {move} – {words}{drawn}"


def _step(step: Step) -> str:
    who = (
        f'<span class="dt-chance">{_text(step.who)}</span>'
        if step.owner is None
        else player_html(step.who, step.owner)
    )
    words = _menu(step)
    when = f', <span class="dt-when">if {_text(step.when)}</span>' if step.when else ""
    seen = audience(step)
    told = f'; <span class="dt-unseen">{_text(seen)}</span>' if seen else ""
    text = f'<br><span class="dt-text">{_text(step.text)}</span>' if step.text else ""
    move = f'<span class="dt-move">{_text(called(step))}</span>'
    return f'<li class="dt-step">{who} {move}: {words}{when}{told}{text}</li>'


def _menu(said: Step | Secret) -> str:
    return " or ".join(
        f'<span class="dt-option">{_text(option)}</span>'
        + (f' <span class="dt-probability">({_text(chance)})</span>' if chance else "")
        for option, chance in menu(said)
    )


def player_html(name: str, index: int) -> str:
    """A player's name with its class."""
    return f'<span class="dt-player dt-player-{index % 8}">{_text(name)}</span>'


def _words(name: str) -> str:
    """A name of the language as words."""
    return _text(name.replace("_", " "))


def _text(text: str) -> str:
    """Escaped, and without control characters that no HTML file may hold."""
    return escape("".join(c if c.isprintable() or c == " " else " " for c in text), quote=True)


__all__ = ["player_html", "timeline_html", "tree_html"]
