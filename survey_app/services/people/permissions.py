"""What people may do, and the roles that bundle it."""

from enum import StrEnum


class Permission(StrEnum):
    """One thing that a person may do in a programme."""

    SEE_FRAME = "see_frame"
    IMPORT_LIST = "import_list"
    SEE_PANEL = "see_panel"
    DRAW_PANEL = "draw_panel"
    SEE_ROUND = "see_round"
    PLAN_ROUND = "plan_round"
    LAUNCH_ROUND = "launch_round"
    SEE_CASES = "see_cases"
    EXPORT_CASES = "export_cases"
    RECORD_CONTACT = "record_contact"
    ENTER_ANSWERS = "enter_answers"
    SEE_QUESTIONNAIRES = "see_questionnaires"
    WRITE_QUESTIONNAIRES = "write_questionnaires"
    COMMENT_QUESTIONNAIRES = "comment_questionnaires"
    SIGN_OFF_PUBLIC = "sign_off_public"
    SIGN_OFF_VOLUNTARY = "sign_off_voluntary"
    FREEZE_RELEASE = "freeze_release"
    SEE_RESULTS = "see_results"
    SEE_REGISTER = "see_register"
    KEEP_REGISTER = "keep_register"
    SEE_FORMS = "see_forms"
    FILL_FORMS = "fill_forms"
    REVIEW_FORMS = "review_forms"
    SEE_LOGS = "see_logs"
    KEEP_LOGS = "keep_logs"
    SEE_REVIEWS = "see_reviews"
    KEEP_REVIEWS = "keep_reviews"
    RUN_SESSIONS = "run_sessions"
    SEE_BUNDLE = "see_bundle"
    DESTROY_ANSWERS = "destroy_answers"
    RUN_OUTBOX = "run_outbox"
    MANAGE_PEOPLE = "manage_people"
    SEE_AUDIT = "see_audit"


P = Permission

# All that anybody may do in a programme that is closed.
LOOKING = frozenset(
    {
        P.SEE_FRAME,
        P.SEE_PANEL,
        P.SEE_ROUND,
        P.SEE_CASES,
        P.SEE_QUESTIONNAIRES,
        P.SEE_RESULTS,
        P.SEE_REGISTER,
        P.SEE_FORMS,
        P.SEE_LOGS,
        P.SEE_REVIEWS,
        P.SEE_AUDIT,
    }
)

# What tells which organisations are asked. Proposed changes of the register name the organisations whose open
# sections they come from.
WHO_IS_ASKED = frozenset(
    {
        P.SEE_FRAME,
        P.IMPORT_LIST,
        P.SEE_PANEL,
        P.DRAW_PANEL,
        P.LAUNCH_ROUND,
        P.SEE_CASES,
        P.EXPORT_CASES,
        P.RECORD_CONTACT,
        P.ENTER_ANSWERS,
        P.KEEP_REGISTER,
    }
)

# Whoever holds any of it never holds SEE_BUNDLE: a single answer beside a list of who was asked is a named
# answer wherever one of its kind was asked; the register, forms and logs say which body told us what when.
NAMES_BODIES = WHO_IS_ASKED | {
    P.SEE_REGISTER,
    P.KEEP_REGISTER,
    P.SEE_FORMS,
    P.FILL_FORMS,
    P.REVIEW_FORMS,
    P.SEE_LOGS,
    P.KEEP_LOGS,
}

# An administrator keeps the machine running and sees neither cases nor answers;
# an interviewer works cases and does not export them. A signatory speaks for one sector
# and sees questionnaires alone; a reviewer may be one besides. An analyst is nothing else that names a body.
ROLES: dict[str, frozenset[Permission]] = {
    "coordinator": frozenset(
        {
            P.SEE_FRAME,
            P.IMPORT_LIST,
            P.SEE_PANEL,
            P.DRAW_PANEL,
            P.SEE_ROUND,
            P.PLAN_ROUND,
            P.LAUNCH_ROUND,
            P.SEE_CASES,
            P.EXPORT_CASES,
            P.RECORD_CONTACT,
            P.SEE_QUESTIONNAIRES,
            P.WRITE_QUESTIONNAIRES,
            P.COMMENT_QUESTIONNAIRES,
            P.FREEZE_RELEASE,
            P.SEE_RESULTS,
            P.SEE_REGISTER,
            P.KEEP_REGISTER,
            P.SEE_FORMS,
            P.FILL_FORMS,
            P.REVIEW_FORMS,
            P.SEE_LOGS,
            P.KEEP_LOGS,
            P.SEE_REVIEWS,
            P.KEEP_REVIEWS,
            P.RUN_SESSIONS,
            P.RUN_OUTBOX,
            P.DESTROY_ANSWERS,
        }
    ),
    "interviewer": frozenset(
        {P.SEE_ROUND, P.SEE_CASES, P.RECORD_CONTACT, P.ENTER_ANSWERS, P.SEE_FORMS, P.FILL_FORMS}
    ),
    # Keeps the register of agreements and the logs, and fills in desk research; reviews none, sees no case.
    "register_clerk": frozenset(
        {P.SEE_REGISTER, P.KEEP_REGISTER, P.SEE_FORMS, P.FILL_FORMS, P.SEE_LOGS, P.KEEP_LOGS}
    ),
    # Leads sessions of the annual review: who came, the votes, what was said.
    "facilitator": frozenset({P.SEE_REVIEWS, P.RUN_SESSIONS}),
    "reviewer": frozenset({P.SEE_RESULTS, P.SEE_QUESTIONNAIRES, P.SEE_REGISTER, P.SEE_REVIEWS}),
    "analyst": frozenset({P.SEE_RESULTS, P.SEE_BUNDLE}),
    "signatory_public": frozenset(
        {P.SEE_QUESTIONNAIRES, P.COMMENT_QUESTIONNAIRES, P.SIGN_OFF_PUBLIC, P.SEE_REVIEWS}
    ),
    "signatory_voluntary": frozenset(
        {P.SEE_QUESTIONNAIRES, P.COMMENT_QUESTIONNAIRES, P.SIGN_OFF_VOLUNTARY, P.SEE_REVIEWS}
    ),
    "administrator": frozenset({P.MANAGE_PEOPLE, P.SEE_AUDIT, P.SEE_ROUND, P.RUN_OUTBOX, P.DESTROY_ANSWERS}),
}

# Roles that lead to codes, answers, exports or agreeing with somebody: one administrator alone gives none.
WEIGHTY = frozenset(
    role
    for role, held in ROLES.items()
    if held & (WHO_IS_ASKED | {P.SEE_BUNDLE, P.FREEZE_RELEASE, P.DESTROY_ANSWERS, P.MANAGE_PEOPLE})
)
