"""How an instrument is conducted: its part in the cycle, its strands, its modes, and who answers."""

from enum import StrEnum


class Role(StrEnum):
    """The part that an instrument plays in a round.

    A core is asked of everybody, unchanged from year to year. A module is added to it for a round,
    a local module in one locality. The others are conducted by a person: an interview schedule, a
    topic guide for a group, a protocol for a case study, a register of who came, and a form for
    what documents say.
    """

    CORE = "core"
    MODULE = "module"
    LOCAL_MODULE = "local_module"
    INTERVIEW_SCHEDULE = "interview_schedule"
    TOPIC_GUIDE = "topic_guide"
    PROTOCOL = "protocol"
    REGISTER = "register"
    DESK_RESEARCH = "desk_research"


MODULES = frozenset({Role.MODULE, Role.LOCAL_MODULE})
CEILING = 10
"""Minutes that all modules of one round may take together, unless a module sets itself less."""


class Strand(StrEnum):
    ANNUAL_SURVEY = "annual_survey"
    ANNUAL_REVIEW = "annual_review"
    FOCUS_GROUPS = "focus_groups"
    DEEP_REVIEW = "deep_review"
    LOCAL_SURVEY = "local_survey"
    COMMISSIONED_STUDY = "commissioned_study"


class Mode(StrEnum):
    """How an answer reaches us."""

    WEB = "web"
    TELEPHONE = "telephone"
    POST = "post"
    FACE_TO_FACE = "face_to_face"
    GROUP = "group"
    DOCUMENTS = "documents"
    OBSERVATION = "observation"


USUAL_MODES = (Mode.WEB, Mode.TELEPHONE)


class Respondent(StrEnum):
    """Who in, or for, an organisation can give the answer. A member is an elected one."""

    LEAD = "lead"
    FINANCE = "finance"
    CHAMPION = "champion"
    STAFF = "staff"
    MEMBER = "member"
    TRUSTEE = "trustee"
    VOLUNTEER = "volunteer"
    SERVICE_USER = "service_user"
    PARTICIPANT = "participant"
    RESEARCHER = "researcher"


class SeatKind(StrEnum):
    """Whose seat it is. A questionnaire is for one kind; a case has a lead and may have others.

    A second answers the same subject again, from another place in the organisation. A colleague answers
    what the lead hands on. Members and members of staff answer for themselves. The person in charge fills
    in a form about the subject, which does not answer.
    """

    LEAD = "lead"
    SECOND = "second"
    COLLEAGUE = "colleague"
    STAFF_MEMBER = "staff_member"
    MEMBER = "member"
    PERSON_IN_CHARGE = "person_in_charge"


OWN_SEAT = {Respondent.STAFF: SeatKind.STAFF_MEMBER, Respondent.MEMBER: SeatKind.MEMBER}
"""Who answers at a seat of their own, never at the lead's."""

OPENLY_FILLED_IN = frozenset({Role.REGISTER, Role.DESK_RESEARCH})
"""Roles of instruments that staff fill in about something, from what they read. In an interview or a group
somebody is promised confidence, so what was said there is no form that all staff read."""
