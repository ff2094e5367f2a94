"""`compact analyse`: the analyst's command, without database or web."""

import csv
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TextIO

import click

from survey_app.analysis.analyse import analyse
from survey_app.analysis.answer import Answer, Units
from survey_app.errors import InvalidError

FILE = click.Path(path_type=Path)


@click.command("analyse")
@click.option("--spec", required=True, type=FILE, help="YAML file that says what to answer.")
@click.option("--data", type=FILE, help="CSV file in place of the one the specification names.")
@click.option("--out", type=FILE, help="JSON file for the answer; without it, standard output.")
@click.option("--units-out", type=FILE, help="CSV file for the weight of every unit used.")
def analyse_command(spec: Path, data: Path | None, out: Path | None, units_out: Path | None) -> None:
    """Answer one specification: estimates, plans, draws, changes, suppression, rates, representativeness."""
    try:
        _check_places({"spec": spec, "data": data, "out": out, "units-out": units_out})
        _write(analyse(spec, data), out, units_out)
    except InvalidError as error:
        for fault in error.faults:
            click.echo(fault, err=True)
        sys.exit(2)


def _check_places(named: Mapping[str, Path | None]) -> None:
    """Every file is another one, and those to be written are no folders."""
    given = {option: path for option, path in named.items() if path is not None}
    taken: dict[Path, str] = {}
    for option, path in given.items():
        fault = ""
        if path.resolve() in taken:
            fault = f"{option}: {path.name} is the file of {taken[path.resolve()]}, name another"
        elif option in ("out", "units-out") and path.is_dir():
            fault = f"{option}: {path.name} is a folder, name a file"
        if fault:
            raise InvalidError("", (fault,))
        taken[path.resolve()] = option


def _write(answer: Answer, out: Path | None, units_out: Path | None) -> None:
    writers: dict[Path, Callable[[TextIO], object]] = {}
    if units_out is not None:
        units = _units(answer)
        writers[units_out] = lambda file: _write_units(file, units)
    if out is not None:
        writers[out] = lambda file: file.write(answer.json())
    _write_all(writers)
    if out is None:
        click.echo(answer.json(), nl=False)


def _write_all(writers: Mapping[Path, Callable[[TextIO], object]]) -> None:
    """Write all files or none: each is made beside its place and moved there when all are made.

    What stands there and is no file, such as a pipe or a device, is written to and never replaced.
    """
    direct = [path for path in writers if path.exists() and not path.is_file()]
    made: dict[Path, Path] = {}
    try:
        for path in writers.keys() - direct:
            made[path] = path.resolve().with_name(path.resolve().name + ".part")
            _fill(made[path], writers[path])
        for path in direct:
            _fill(path, writers[path])
        for path, part in made.items():
            part.replace(path.resolve())
    except OSError as error:
        for part in made.values():
            part.unlink(missing_ok=True)
        fault = f"out: {error.filename or path} cannot be written ({error.strerror}), name another"
        raise InvalidError("", (fault,)) from error


def _fill(path: Path, write: Callable[[TextIO], object]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        write(file)


def _units(answer: Answer) -> Units:
    if answer.units is None:
        raise InvalidError("", ("units-out: only the task estimate has weights of units, leave it out",))
    return answer.units


def _write_units(file: TextIO, units: Units) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("id", "design_weight", "weight"))
    writer.writerows(units.rows())
