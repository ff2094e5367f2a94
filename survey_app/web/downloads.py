"""Downloads: rows as a CSV file that a spreadsheet opens and never computes with, a text as a YAML file."""

import csv
import io
from collections.abc import Sequence

from flask import Response

from sampling.spreadsheets import never_a_formula


def csv_response(name: str, rows: Sequence[dict[str, object]], columns: Sequence[str]) -> Response:
    """A download called `name`.csv; UTF-8 with the mark by which Excel knows it."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(columns)
    writer.writerows([_cell(row[column]) for column in columns] for row in rows)
    response = Response(target.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _cell(value: object) -> object:
    return never_a_formula(value) if isinstance(value, str) else value


def yaml_file(name: str, text: str) -> Response:
    """A download called `name`.yaml."""
    response = Response(text.encode(), mimetype="application/yaml")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.yaml"'
    return response
