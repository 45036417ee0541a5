"""`detente fit`: a game's parameters estimated from observations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from detente.cli.output import print_json
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
    covariance: Annotated[
        str, typer.Option("--covariance", metavar="NAME", help="observed, outer, sandwich or clustered.")
    ] = "observed",
    clusters: Annotated[
        str | None,
        typer.Option("--clusters", metavar="COLUMN", help="Rows of one cluster are not independent."),
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
    fixed: Annotated[
        list[str] | None,
        typer.Option(
            "--fixed", metavar="SCALE=X", help="With --offer: s1 or s2 held there; may be repeated."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Estimate the parameters of a game of perfect information by maximum likelihood (needs the extra `estimate`).

    Example: detente fit strategic-probit-12 wars.csv --outcome what --formula "u11=1 + ally" --formula u13=0 --formula u24=1
    """
    if offer is not None:
        from detente.cli.fit_offers import fit_offers

        others = {"--outcome": outcome is not None, "--event": bool(event), "--count": bool(count), "--link": link != "logit",
                  "--errors": errors != "agent", "--precision": precision != 1.0, "--save": save is not None}  # fmt: skip
        told = {name: _number(text) for name, text in _pairs(formula, "--formula").items()}
        made = fit_offers(game, data, told, offer=offer, accept=accept, most=most, least=least or 0.0, refused=others,
                          fixed=_pairs(fixed, "--fixed"), covariance=covariance, clusters=clusters)  # fmt: skip
        if out is not None:
            from detente.scenario.saved import save as write_table

            write_table(out, made.csv())
        if json:
            print_json("fit", {**made.record(), "game": game, "data": str(data)})
            return
        typer.echo(made.summary(), nl=False)
        if out is not None:
            typer.echo(f"written: {out}")
        return
    for option, given in (("--accept", accept), ("--most", most), ("--least", least), ("--fixed", fixed)):
        if given is not None and given != []:
            raise BadInput("this option goes with --offer", where=Where(field=option), found=given)
    if (outcome is None) == (not count):
        raise BadInput("what happened is told by --outcome or by --count, one of them", where=Where(field="--outcome"),
                       found="both" if count else "neither")  # fmt: skip
    from detente.estimate import fit
    from detente.estimate.keep import fit_record, save_fit
    from detente.scenario import open_game

    shown: str | dict[str, str] = outcome if outcome is not None else _pairs(count, "--count")
    found = fit(
        open_game(game),
        data,
        {name: _number(text) for name, text in _pairs(formula, "--formula").items()},
        outcome=shown,
        outcomes=_pairs(event, "--event") or None,
        link=cast(Any, link),
        errors=cast(Any, errors),
        precision=precision,
        covariance=cast(Any, covariance),
        clusters=clusters,
    )
    if out is not None:
        from detente.scenario.saved import save as write

        write(out, found.csv())
    if save is not None:
        save_fit(found, save, game=game, data=data, outcome=shown, clusters=clusters)
    if json:
        print_json("fit", fit_record(found, game, data, outcome=shown, clusters=clusters))
        return
    typer.echo(found.summary(), nl=False)
    for written in (out, save):
        if written is not None:
            typer.echo(f"written: {written}")


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
