"""A text as a YAML file to keep."""

from flask import Response


def yaml_file(name: str, text: str) -> Response:
    """A download called `name`.yaml."""
    response = Response(text.encode(), mimetype="application/yaml")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.yaml"'
    return response
