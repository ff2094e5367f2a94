"""Questionnaires as files: checked, compared with the catalogue, before they are published."""

import json
from pathlib import Path

import click

from instruments.checking.checker import Report, Source, check
from instruments.errors import InstrumentError
from instruments.indicators.coverage import as_markdown, coverage
from instruments.language.json_schema import schema
from instruments.language.questionnaire import parse
from instruments.schema import Questionnaire
from instruments.versions import library
from survey_app.cli.installation import installation
from survey_app.errors import InvalidError
from survey_app.services.questionnaires import versions
from survey_app.services.questionnaires.states import WORDS

FILES = click.argument("files", nargs=-1, type=click.Path(path_type=Path))


@click.group()
def instrument() -> None:
    """Check questionnaire files, and see what they cover."""


@instrument.command("check")
@FILES
@click.option("--strict", is_flag=True, help="Fail on warnings that nothing explains, too.")
@click.pass_context
def check_files(ctx: click.Context, files: tuple[Path, ...], strict: bool) -> None:
    """Tell every fault and warning at once; without FILES, of all that come with the product.

    Example: compact instrument check my-module.yaml
    """
    shipped = _shipped()
    drafts = [_draft(file) for file in files]
    report = _report(drafts, shipped)
    for finding in report.findings:
        click.echo(str(finding))
    click.echo(_summary(report, len(files) or len(shipped)))
    ctx.exit(1 if report.faults or (strict and report.warnings) else 0)


@instrument.command("coverage")
@FILES
@click.option("--markdown", is_flag=True, help="A table for documents.")
def show_coverage(files: tuple[Path, ...], markdown: bool) -> None:
    """Tell which question measures each indicator; without FILES, of all that come with the product.

    Example: compact instrument coverage --markdown
    """
    covered = coverage([_parsed(source) for source in ([_draft(file) for file in files] or _shipped())])
    if markdown:
        click.echo(as_markdown(covered), nl=False)
        return
    for one in covered:
        where = ", ".join(f"{use.name}@{use.version} {use.question}" for use in one.uses)
        click.echo(f"{one.indicator.id:9} {where or 'not covered: ' + one.indicator.text}")
    missing = sum(not one.uses for one in covered)
    click.echo(f"{len(covered) - missing} of {len(covered)} are covered.")


@instrument.command("publish")
@FILES
def publish(files: tuple[Path, ...]) -> None:
    """Publish questionnaire FILES, or take in those that come with the product.

    A published version never changes; publishing it again does nothing. Modules are in test until
    signatories of both sectors agree to them on the site, and are published there.

    Example: compact questionnaire publish
    """
    here = installation()
    context = here.context(create=True)
    with here.database.writing() as session:
        if not files:
            versions.publish_shipped(session, context=context)
        for file in files:
            versions.publish(session, document=_text(file), context=context)
        for line in versions.versions(session):
            state = WORDS[line.state]
            click.echo(
                f"{line.name} version {line.version}: {line.questions} questions, {state}, {line.sha256[:12]}"
            )


@instrument.command("schema")
def show_schema() -> None:
    """Print the JSON Schema of the language, for editors.

    Example: compact instrument schema > instrument.schema.json
    """
    click.echo(json.dumps(schema(), indent=2, ensure_ascii=False))


def _shipped() -> list[Source]:
    try:
        return [
            Source(
                f"{locked.name}/{locked.version}.yaml",
                library.read(locked.name, locked.version).text,
                library.translations(locked.name, locked.version),
            )
            for locked in library.shipped()
        ]
    except InstrumentError as fault:
        raise InvalidError(str(fault)) from None


def _report(drafts: list[Source], shipped: list[Source]) -> Report:
    explained = library.explanations()
    if drafts:
        return check(drafts, beside=shipped, explained=explained)
    return check(shipped, explained=explained, whole=True)


def _draft(file: Path) -> Source:
    """A file with the translations that lie beside it: draft.yaml, draft.cy.yaml."""
    try:
        beside = {
            each.name.split(".")[-2]: each.read_text(encoding="utf-8")
            for each in sorted(file.parent.glob(f"{file.stem}.*.yaml"))
        }
        return Source(str(file), _text(file), beside)
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(file, error) from None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(file, error) from None


def _unreadable(file: Path, error: Exception) -> InvalidError:
    reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
    return InvalidError(f"{file} cannot be read: {reason}.")


def _parsed(source: Source) -> Questionnaire:
    try:
        return parse(source.text)
    except InstrumentError as fault:
        raise InvalidError(f"{source.file} cannot be read.", tuple(str(fault).splitlines())) from None


def _summary(report: Report, files: int) -> str:
    counted = ((len(report.faults), "fault"), (len(report.warnings), "warning"), (files, "file"))
    faults, warnings, of = (f"{number} {word}{'' if number == 1 else 's'}" for number, word in counted)
    explained = f" ({len(report.explained)} more explained)" if report.explained else ""
    return f"{faults}, {warnings}{explained} in {of}."
