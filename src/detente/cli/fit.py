"""`detente fit`: a game's parameters estimated from observations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from detente.cli.output import print_json, progress
from detente.errors import BadInput, Where


def command(
    game: Annotated[
        str, typer.Argument(metavar="GAME", help="A .yaml game or scenario, or a slug of the catalogue.")
    ],
    data: Annotated[
        Path, typer.Argument(metavar="DATA", help="A table of observations: .csv, .parquet, .dta.")
    ],
    formula: Annotated[
        list[str] | None,
        typer.Option(
            "--formula",
            metavar="NAME=FORMULA",
            help="A parameter as an index of columns (1 + x + C(group)), or a number; may be repeated.",
        ),
    ] = None,
    fixed: Annotated[
        list[str] | None,
        typer.Option("--fixed", metavar="NAME=X", help="A parameter held at a number; may be repeated."),
    ] = None,
    outcome: Annotated[
        str | None, typer.Option("--outcome", metavar="COLUMN", help="The column that says what happened.")
    ] = None,
    event: Annotated[
        list[str] | None,
        typer.Option(
            "--event",
            metavar="VALUE=EVENT",
            help='What a value of that column means: an event, or "go > resist"; may be repeated.',
        ),
    ] = None,
    count: Annotated[
        list[str] | None,
        typer.Option(
            "--count", metavar="EVENT=COLUMN", help="Instead of --outcome: how often; may be repeated."
        ),
    ] = None,
    link: Annotated[str, typer.Option("--link", metavar="NAME", help="logit or probit.")] = "logit",
    errors: Annotated[str, typer.Option("--errors", metavar="NAME", help="agent or private.")] = "agent",
    precision: Annotated[float, typer.Option("--precision", metavar="X", help="Of the logit.")] = 1.0,
    noisy: Annotated[
        list[str] | None,
        typer.Option(
            "--noisy",
            metavar="PLAYER=END,END",
            help="With private errors: the ends, as events or paths, where its payoff has one; may be repeated.",
        ),
    ] = None,
    method: Annotated[
        str,
        typer.Option(
            "--method",
            metavar="NAME",
            help="ml; pl, two steps; npl, nested pseudo-likelihood; cmle, over coefficients and equilibria.",
        ),
    ] = "ml",
    first: Annotated[
        str | None,
        typer.Option("--first", metavar="FORMULA", help="First stage: what log-odds of the moves depend on."),
    ] = None,
    belief: Annotated[
        list[str] | None,
        typer.Option(
            "--belief",
            metavar="OPTION=COLUMN",
            help='Instead of --first: a column with the probability of an option ("answer > resist"); may be repeated.',
        ),
    ] = None,
    starts: Annotated[int, typer.Option("--starts", metavar="N", help="Places to climb from.")] = 1,
    looks: Annotated[
        int,
        typer.Option(
            "--looks", metavar="N", help="Random beliefs a row that other equilibria are sought from."
        ),
    ] = 8,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Of starts, looks and resamples.")] = 0,
    covariance: Annotated[
        str | None,
        typer.Option(
            "--covariance",
            metavar="NAME",
            help="observed, outer, sandwich, clustered; of pl and npl: naive, corrected, expected, sandwich, clustered.",
        ),
    ] = None,
    clusters: Annotated[
        str | None,
        typer.Option("--clusters", metavar="COLUMN", help="Rows of one cluster are not independent."),
    ] = None,
    bootstrap: Annotated[
        int | None,
        typer.Option("--bootstrap", metavar="N", help="Intervals from N resamples of rows, or of clusters."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE.csv", help="A table of the coefficients for other programs."),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save",
            metavar="FILE.json",
            help="The fit as a file that scenarios take ranges from: range: {fit: FILE.json}.",
        ),
    ] = None,
    offer: Annotated[
        str | None,
        typer.Option(
            "--offer", metavar="COLUMN", help="For ultimatum-estimated: the column of offers, no outcomes."
        ),
    ] = None,
    accept: Annotated[
        str | None, typer.Option("--accept", metavar="COLUMN", help="With --offer: 1 accepted, 0 refused.")
    ] = None,
    most: Annotated[
        float | None, typer.Option("--most", metavar="X", help="With --offer: the prize, the highest offer.")
    ] = None,
    least: Annotated[
        float | None, typer.Option("--least", metavar="X", help="With --offer: the lowest offer, default 0.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Estimate the parameters of a game from what was observed (needs the extra `estimate`).

    Example: detente fit strategic-probit-12 wars.csv --outcome what --formula "u11=1 + ally" --formula u13=0 --formula u24=1
    """
    formulas = {name: _number(text) for name, text in _pairs(formula, "--formula").items()}
    held = {name: _held(name, text) for name, text in _pairs(fixed, "--fixed").items()}
    if offer is not None:
        from detente.cli.fit_offers import fit_offers

        others = {"--outcome": outcome is not None, "--event": bool(event), "--count": bool(count), "--link": link != "logit",
                  "--errors": errors != "agent", "--precision": precision != 1.0, "--save": save is not None,
                  "--noisy": bool(noisy), "--method": method != "ml", "--first": first is not None, "--belief": bool(belief),
                  "--starts": starts != 1, "--bootstrap": bootstrap is not None}  # fmt: skip
        offered = fit_offers(game, data, formulas, offer=offer, accept=accept, most=most, least=least or 0.0, refused=others,
                             fixed=held, covariance=covariance, clusters=clusters)  # fmt: skip
        _write(out, offered.csv())
        if json:
            print_json("fit", {**offered.record(), "game": game, "data": str(data)})
            return
        typer.echo(offered.summary(), nl=False)
        _written(out)
        return
    for option, given in (("--accept", accept), ("--most", most), ("--least", least)):
        if given is not None:
            raise BadInput("this option goes with --offer", where=Where(field=option), found=given)
    if (outcome is None) == (not count):
        raise BadInput("what happened is told by --outcome or by --count, one of them", where=Where(field="--outcome"),
                       found="both" if count else "neither")  # fmt: skip
    if first is not None and belief:
        raise BadInput(
            "beliefs are told by --first or by --belief", where=Where(field="--first"), found="both"
        )
    if twice := sorted(set(held) & set(formulas)):
        raise BadInput("a parameter is fixed or has a formula", where=Where(field="--fixed"), found=twice[0])
    from detente.estimate import bootstrap as resample
    from detente.estimate import study
    from detente.estimate.keep import fit_record, save_fit
    from detente.scenario import open_game

    shown: str | dict[str, str] = outcome if outcome is not None else _pairs(count, "--count")
    beliefs: str | dict[str, str] | None = _pairs(belief, "--belief") or first
    whole = study(
        open_game(game),
        data,
        {**formulas, **held},
        outcome=shown,
        outcomes=_pairs(event, "--event") or None,
        link=cast(Any, link),
        errors=cast(Any, errors),
        precision=precision,
        noisy={name: _listed(ends) for name, ends in _pairs(noisy, "--noisy").items()} or None,
        method=cast(Any, method),
        first=beliefs,
        covariance=cast(Any, covariance),
        clusters=clusters,
        starts=starts,
        looks=looks,
        seed=seed,
    )
    found, drawn = whole.fit, None
    if bootstrap is not None:
        with progress(quiet=json) as tell:
            drawn = resample(
                whole, bootstrap, seed=seed, progress=lambda done, of: tell("resamples", done / of)
            )
    _write(out, found.csv())
    if save is not None:
        save_fit(found, save, game=game, data=data, outcome=shown, clusters=clusters, first=beliefs)
    if json:
        record = fit_record(found, game, data, outcome=shown, clusters=clusters, first=beliefs)
        print_json("fit", {**record, "bootstrap": None if drawn is None else drawn.record()})
        return
    typer.echo(found.summary(), nl=False)
    if drawn is not None:
        typer.echo("\n" + drawn.summary(), nl=False)
    _written(out, save)


def _write(out: Path | None, text: str) -> None:
    if out is not None:
        from detente.scenario.saved import save as write_whole

        write_whole(out, text)


def _written(*paths: Path | None) -> None:
    for path in paths:
        if path is not None:
            typer.echo(f"written: {path}")


def _pairs(given: Sequence[str] | None, option: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in given or []:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise BadInput("an option of this kind is NAME=VALUE", where=Where(field=option), found=pair)
        found[name.strip()] = value.strip()
    return found


def _number(text: str) -> str | float:
    """A number that a parameter is fixed at; "1" alone is a formula, the free constant."""
    try:
        return text if text == "1" else float(text)
    except ValueError:
        return text


def _held(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadInput("a parameter is held at a number", where=Where(field=f"--fixed, {name}"), found=text) from None  # fmt: skip


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
