"""What a review comes to, as its record and the next pack tell: gathered from its rows, nobody named."""

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from sampling.frame import Sector
from survey_app.reports.contents import Finding
from survey_app.reports.reviews.contents import (
    ActionLine,
    AddedLine,
    Before,
    DecisionLine,
    DissentLine,
    FindingLine,
    IssueLine,
    Meeting,
    Met,
    PlaceLine,
    Ranked,
    StepLine,
    Vote,
    Voted,
    VoteLine,
)
from survey_app.services.results import release
from survey_app.services.reviews.adding_up import AddedUp, added_up
from survey_app.services.reviews.attendance import InvitationView, invitations_of, turnout
from survey_app.services.reviews.decisions import DecisionView, decisions_of
from survey_app.services.reviews.issues import IssueView, issues_of, reviews_of
from survey_app.services.reviews.sessions import SessionView, sessions_of
from survey_app.services.reviews.steps import StepView, steps_of
from survey_app.services.reviews.tallies import BallotResult, IssueVotes, SideVote
from survey_app.services.reviews.vocabulary import Reply, Scope, SessionState
from survey_app.services.rounds.lifecycle import RoundView


def meetings(session: Session, review: RoundView) -> tuple[Meeting, ...]:
    """The sessions of a review, held or cancelled, with who met by sector and level."""
    return tuple(
        _meeting(one, invitations_of(session, one.id))
        for one in sessions_of(session, review.id)
        if one.state is not SessionState.PLANNED
    )


def _meeting(one: SessionView, lines: Sequence[InvitationView]) -> Meeting:
    return Meeting(
        title=one.title,
        area=one.plan.area,
        day=one.plan.day,
        place=one.plan.place,
        cancelled_why=one.cancelled_why,
        met=() if one.is_cancelled else _met(lines),
    )


def _met(lines: Sequence[InvitationView]) -> tuple[Met, ...]:
    return tuple(
        Met(sector=one.sector, level=one.level.value, invited=one.invited, came=one.came, people=one.people)
        for one in turnout(lines)
    )


def organisations(session: Session, review: RoundView) -> tuple[Met, ...]:
    """Who met in all sessions that were held: organisations once in a level, people as often as they came."""
    held = [one for one in sessions_of(session, review.id) if one.state is SessionState.HELD]
    lines = [line for one in held for line in invitations_of(session, one.id)]
    asked = Counter(_groups(line for line in lines if line.reply is not Reply.UNINVITED))
    came = Counter(_groups(line for line in lines if line.came))
    return tuple(
        Met(
            sector=one.sector,
            level=one.level.value,
            invited=asked[one.sector, one.level],
            came=came[one.sector, one.level],
            people=one.people,
        )
        for one in turnout(lines)
    )


def _groups(lines: Iterable[InvitationView]) -> list[tuple[Sector, Scope]]:
    each = {(line.sector, line.level, line.organisation_id) for line in lines}
    return [(sector, level) for sector, level, _ in each]


def findings(session: Session, review: RoundView) -> tuple[FindingLine, ...]:
    """The headlines of the published releases that a review's issues rest on."""
    rested_on = {one.release_id for one in issues_of(session, [review.id]) if one.release_id}
    lines = [line for line in release.releases_of(session, review.programme_id) if line.id in rested_on]
    return tuple(
        FindingLine(words=headline(finding), source=source(line))
        for line in reversed(lines)
        for finding in release.release_contents(
            session, release_id=line.id, programme_id=review.programme_id
        ).findings
    )


def headline(finding: Finding) -> str:
    """`Public bodies consult earlier: 29 points (95% interval 25 to 33 points).`"""
    unit = finding.unit if finding.unit == "%" else f" {finding.unit}"
    return f"{finding.statement.rstrip('.')}: {finding.number}{unit} ({finding.interval})."


def source(line: release.ReleaseLine) -> str:
    """`Annual survey 2025, release 1`."""
    return f"{line.round_title}, release {line.number}"


def issue_lines(session: Session, review: RoundView) -> tuple[IssueLine, ...]:
    """Every issue of a review with what was decided of it, who dissents, and what follows."""
    issues = issues_of(session, [review.id])
    titles = {one.id: one.title for one in issues}
    decided = decisions_of(session, issues)
    following = steps_of(session, list(titles), review.programme_id)
    sources = {line.id: source(line) for line in release.releases_of(session, review.programme_id)}
    return tuple(
        IssueLine(
            title=one.title,
            words=one.words,
            sector=one.sector,
            finding=_finding(one, sources),
            into=titles[one.merged_into_id] if one.merged_into_id else "",
            closed_why=one.closed_why,
            decisions=tuple(_decision(each) for each in decided if each.issue_id == one.id),
            steps=tuple(_step(each) for each in following if each.issue_id == one.id),
        )
        for one in issues
    )


def _finding(issue: IssueView, sources: dict[int, str]) -> FindingLine | None:
    """The figure that an issue rests on; not of a release that may be read no more."""
    known = sources.get(issue.release_id or 0)
    return FindingLine(words=issue.finding, source=known) if known else None


def _decision(one: DecisionView) -> DecisionLine:
    return DecisionLine(
        words=one.words,
        decided_on=one.decided_on,
        withdrawn_why=one.withdrawn_why,
        dissent=tuple(
            DissentLine(sector=each.sector, who=each.who, words=each.words) for each in one.dissent
        ),
        actions=tuple(
            ActionLine(
                what=each.what, owner=each.owner, due_on=each.due_on, state=each.state.value, note=each.note
            )
            for each in one.actions
        ),
    )


def _step(one: StepView) -> StepLine:
    return StepLine(
        kind=one.kind.value,
        words=one.words,
        state=one.state.value,
        taken_up_by=one.round_title,
        outcome=one.answer or one.dropped_why,
    )


def votes(results: Sequence[BallotResult]) -> tuple[Vote, ...]:
    """What the closed ballots say, each by itself: the counts that were kept, and no others."""
    return tuple(
        Vote(
            session=one.session_title,
            number=one.number,
            voted=tuple(
                Voted(
                    sector=sector,
                    papers=one.papers[sector],
                    slips=one.slips[sector],
                    heads=one.heads.get(sector),
                )
                for sector in Sector
            ),
            apart=one.apart,
            lines=tuple(_vote_line(line) for line in one.lines),
        )
        for one in results
    )


def _vote_line(line: IssueVotes) -> VoteLine:
    return VoteLine(
        title=line.title,
        sides=_ranked(line.sides),
        together=_rank(Sector.PUBLIC, line.together) if line.together else None,
        opposed=line.opposed,
        common=line.is_common_ground,
        minority=line.minority,
    )


def _ranked(sides: dict[Sector, SideVote]) -> tuple[Ranked, ...]:
    return tuple(_rank(sector, side) for sector, side in sides.items())


def _rank(sector: Sector, side: SideVote) -> Ranked:
    return Ranked(sector=sector, rank=side.rank, dots=side.dots, voters=side.voters, of=side.of)


def added_lines(results: Sequence[BallotResult]) -> tuple[AddedLine, ...]:
    """The issues over all sessions, with what each session said beside it."""
    return tuple(_added(one) for one in added_up(results))


def _added(one: AddedUp) -> AddedLine:
    return AddedLine(
        title=one.title,
        sides=_ranked(one.sides),
        places=tuple(PlaceLine(session=name, sides=_ranked(sides)) for name, sides in one.places),
        differs=one.differs,
    )


def review_before(session: Session, review: RoundView) -> Before | None:
    """The last review before this one, with what became of its decisions by now."""
    earlier = [
        one
        for one in reviews_of(session, review.programme_id)
        if one.dates.opens_on < review.dates.opens_on and one.id != review.id
    ]
    if not earlier:
        return None
    last = max(earlier, key=lambda one: (one.dates.opens_on, one.id))
    return Before(title=last.title, issues=issue_lines(session, last))
