"""What stands around a question: which of several it is about, and who is best placed to answer it."""

from collections.abc import Mapping

from instruments.answering.repeats import instances
from instruments.conduct import Respondent
from instruments.schema import Question, Repeat, Section
from survey_app.services.responses.journey import Journey

WHO: Mapping[Respondent, str] = {
    Respondent.FINANCE: "whoever looks after the money",
    Respondent.CHAMPION: "whoever champions the {agreement}",
    Respondent.STAFF: "a member of staff",
    Respondent.MEMBER: "an elected member",
    Respondent.TRUSTEE: "a trustee",
    Respondent.VOLUNTEER: "a volunteer",
    Respondent.SERVICE_USER: "somebody who uses your services",
    Respondent.PARTICIPANT: "somebody who took part",
    Respondent.RESEARCHER: "the researcher",
}


def caption(journey: Journey, question: Question) -> str:
    """`2 of 3: the police`, for a question that is asked once for each of several things; else nothing."""
    section = journey.questionnaire.section_of(question)
    return caption_of(journey, section if section.repeat_of else question)


def caption_of(journey: Journey, whole: Question | Section) -> str:
    """The caption of one instance, be it of a question or of a section; a section says it for all in it."""
    inside = isinstance(whole, Question) and journey.questionnaire.section_of(whole).repeat_of
    if not whole.repeat_of or inside:
        return ""
    siblings = _siblings(journey, whole)
    if len(siblings) < 2 or whole.id not in siblings:
        return ""
    label = _label(journey, whole)
    behind = f": {label}" if label else ""
    return f"{siblings.index(whole.id) + 1} of {len(siblings)}{behind}"


def meant_for(journey: Journey, question: Question) -> str:
    """Who is best placed to answer, in words; nothing where the lead respondent is."""
    roles = question.answered_by
    if not roles or Respondent.LEAD in roles:
        return ""
    agreement = journey.facts.get("agreement", "agreement")
    named = [WHO[role].replace("{agreement}", agreement) for role in roles]
    return " or ".join([", ".join(named[:-1]), named[-1]] if named[1:] else named)


def _siblings(journey: Journey, whole: Question | Section) -> list[str]:
    """The ids of the instances that are asked of the same repeat, in order."""
    if isinstance(whole, Question):
        return [q.id for q in journey.asked if q.repeat_of == whole.repeat_of]
    asked = {q.id for q in journey.asked}
    return [
        section.id
        for section in journey.questionnaire.sections
        if section.repeat_of == whole.repeat_of and any(q.id in asked for q in section.questions)
    ]


def _label(journey: Journey, whole: Question | Section) -> str:
    """The words of the thing that this instance is about."""
    sections = journey.questionnaire.written
    questions = (question for section in sections for question in section.questions)
    alike = sections if isinstance(whole, Section) else questions
    repeat = next((each.repeat for each in alike if each.id == whole.repeat_of), None)
    return _worded(journey, repeat, whole.id.removeprefix(f"{whole.repeat_of}.")) if repeat else ""


def _worded(journey: Journey, repeat: Repeat, value: str) -> str:
    if repeat.item:
        return journey.worded(journey.questionnaire.by_item(repeat.item)).label(value)
    options = instances(repeat, journey.questionnaire.items)
    label = next((option.label for option in options if option.value == value), value)
    return label.replace("{agreement}", journey.facts.get("agreement", "agreement"))
