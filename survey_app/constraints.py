"""What a constraint of the database means to the person who runs into it: the field, and a sentence.

Two people do the same at the same moment, or somebody sends what a screen would not offer: then a use case's
own checks have passed and a constraint refuses the row. `survey_app.database` asks `refusal_of` wherever a
statement runs, so that use cases, screens and commands meet a `TakenError` with the field and the sentence of
this table, on both engines, and no statement has to catch anything.

A guard test lists every UNIQUE and CHECK of the tables: each stands in `SENTENCES` or in `OF_THE_PROGRAM`,
save random identities and closed lists of values, which nobody types. Primary keys stand in `SENTENCES` where
two people may choose the same one. A unique index stands there twice: PostgreSQL reports its name, and SQLite
its columns.
"""

import re
from typing import NamedTuple

from sqlalchemy.exc import IntegrityError

from survey_app.errors import TakenError

# SQLite names the columns of a key, and the name of a check.
_KEY = re.compile(r"UNIQUE constraint failed: (?P<columns>.+)")
_CHECK = re.compile(r"CHECK constraint failed: (?P<name>\w+)")


class Sentence(NamedTuple):
    """The field that a form shows the words at ("" for the form as a whole), and the words."""

    field: str
    words: str


_ASKED_ALREADY = Sentence("organisation", "This organisation is asked in this round already.")
_BEGUN = Sentence("", "Somebody else began these answers at this moment. Try again.")
_ASKED_FOR = Sentence("", "Somebody else asked for this already, and it waits for a decision.")
_CONSENT_STANDS = Sentence("purpose", "This consent was given already, and stands.")
_ENDS_LATER = Sentence("ended_on", "Enter an end after the beginning: the first day on which it was no more.")
_TWO_AREAS = Sentence("whole", "Choose another area: none lies in itself or follows itself.")

_CORRECTED = Sentence("", "Somebody else began to correct this form at this moment. Look at theirs.")

SENTENCES: dict[str, Sentence] = {
    "uq_task_owner_programme_id_wait_key": Sentence("", "Somebody else took it at this moment. Look again."),
    "uq_person_email": Sentence("email", "Somebody with this email address is there already."),
    "uq_programme_code": Sentence("code", "There is a programme with this code already. Choose another."),
    "uq_agreement_programme_id_title": Sentence(
        "title", "This programme has an agreement of this title already. Choose another title."
    ),
    "uq_register_entry_replaces_id": Sentence(
        "", "Somebody else corrected this entry in the meantime. Look at it again."
    ),
    "ck_register_entry_lifetime": _ENDS_LATER,
    "ck_register_entry_area_of_an_area": Sentence("area", "Choose the area."),
    "ck_register_entry_organisation_of_a_signatory": Sentence("", "Only a signatory is an organisation."),
    "uq_log_entry_replaces_id": Sentence(
        "", "Somebody else carried this entry on or corrected it in the meantime. Look at it again."
    ),
    "uq_log_entry_origin": Sentence("", "Somebody else made an entry of this already. Look at theirs."),
    "ck_log_entry_lifetime": Sentence("ended_on", "Enter an end that is not before the beginning."),
    "ck_log_entry_about_something": Sentence(
        "area", "Say what it is about: an area, an agreement or an organisation."
    ),
    "uq_ballot_session_id_number": Sentence(
        "", "Somebody else prepared a ballot at this moment. Look at theirs."
    ),
    "pk_review_record_text": Sentence("words", "Somebody else saved this part just now. Look at theirs."),
    "uq_review_record_round_id_number": Sentence("", "Somebody else sent the record at this moment."),
    "pk_review_record_verdict": Sentence("", "Your side has spoken on this record already."),
    "uq_review_pack_round_id_number": Sentence("", "Somebody else made a pack just now. Look at theirs."),
    "uq_review_session_round_id_title": Sentence(
        "title", "This review has a session of this title already. Choose another title."
    ),
    "uq_review_invitation_session_id_organisation_id_role": Sentence(
        "role", "This organisation is on the list in this role already."
    ),
    "uq_area_code": Sentence("code", "There is an area with this code already. Choose another."),
    "ck_area_lifetime": _ENDS_LATER,
    "ck_area_membership_lifetime": _ENDS_LATER,
    "ck_organisation_area_lifetime": _ENDS_LATER,
    "ck_area_membership_two_areas": _TWO_AREAS,
    "ck_area_successor_two_areas": _TWO_AREAS,
    "ck_contact_valid_in_order": Sentence("valid_to", "Enter a last day that is not before the first."),
    "ck_back_check_asked_by_another": Sentence("", "You called there yourself, so somebody else has to ask."),
    "ck_approval_second_person": Sentence("", "Ask somebody else to decide: you asked for this yourself."),
    "uq_approval_programme_id_act_subject_kind_subject_id": _ASKED_FOR,
    "uq_consent_subject_kind_subject_id_person_ref_purpose": _CONSENT_STANDS,
    "ck_consent_given_before_withdrawn": Sentence(
        "withdrawn_at", "Enter a day that is not before the consent was given."
    ),
    "uq_notice_version_programme_id_kind_version_language": Sentence(
        "version", "This version of the notice is there already. Enter the next number."
    ),
    "uq_source_list_programme_id_name_dated": Sentence(
        "name", "A list of this name and date is there already. Enter the date of this edition."
    ),
    "uq_frame_programme_id_number": Sentence(
        "", "Somebody else made a frame at this moment. Look at it before you make another."
    ),
    "uq_organisation_link_predecessor_id_successor_id": Sentence(
        "successor", "These two organisations are linked already."
    ),
    "ck_organisation_link_two_bodies": Sentence("successor", "Name two different organisations."),
    "uq_panel_plan_programme_id_strand_year_name": Sentence(
        "called", "This year has a plan of this name already. Choose another name."
    ),
    "uq_panel_programme_id_strand_year": Sentence(
        "year", "The panel of this year is drawn already. Undraw it first, on its page."
    ),
    "uq_instrument_name": Sentence(
        "file",
        "Somebody else uploaded a questionnaire of this name at this moment. Look at theirs.",
    ),
    "uq_instrument_version_instrument_id_version": Sentence(
        "file", "Somebody else uploaded this version at this moment. Look at theirs."
    ),
    "uq_instrument_text_version_id_number": Sentence(
        "file", "Somebody else replaced this text at this moment. Look at theirs."
    ),
    "uq_instrument_translation_version_id_language": Sentence(
        "file", "Somebody else uploaded this language at this moment. Look at theirs."
    ),
    "uq_round_programme_id_strand_number": Sentence(
        "", "Somebody else planned a round at this moment. Look at the rounds, then plan yours."
    ),
    "uq_round_programme_id_strand_series_cycle_slot": Sentence(
        "", "The cycle has its round of this year already. Look at it."
    ),
    "uq_cycle_rule_programme_id_strand_title": Sentence(
        "title", "Somebody else set this rule of the cycle at this moment. Look at theirs."
    ),
    "uq_round_event_round_id_kind": Sentence(
        "", "Somebody else planned the days of this round at this moment. Look at them."
    ),
    "uq_round_instrument_round_id_audience_seat_kind": Sentence(
        "", "Somebody else chose what this round asks at this moment. Look at their choice."
    ),
    "uq_round_module_round_id_instrument_version_id": Sentence(
        "modules", "Somebody else added this module at this moment. Look at their choice."
    ),
    "uq_case_round_id_subject_ref": _ASKED_ALREADY,
    # Identity follows from round and organisation, and SQLite reports whichever it meets first.
    "uq_case_uuid": _ASKED_ALREADY,
    "uq_staff_form_programme_id_instrument_id_subject_ref_occasion": Sentence(
        "day", "There is a form of this kind about it for this year already. Look for it among the forms."
    ),
    "uq_form_edition_form_id_number": _CORRECTED,
    "uq_form_edition_unfinished": _CORRECTED,
    "uq_form_edition_form_id": _CORRECTED,
    "ck_form_edition_second_person": Sentence(
        "", "Let another person review this form: you filled it in yourself."
    ),
    "uq_response_seat_pseudonym": _BEGUN,
    "uq_response_seat_id": _BEGUN,
    "uq_response_edition_id": _CORRECTED,
    "pk_response": _BEGUN,
    "pk_grant": Sentence("roles", "Somebody else gave this role at this moment. Look again."),
    "pk_burden_rule": Sentence("", "Somebody else set this rule at this moment. Look at theirs."),
    "pk_reserve_rule": Sentence("", "Somebody else set this rule at this moment. Look at theirs."),
    "pk_round_module": Sentence(
        "modules", "Somebody else chose what this round asks at this moment. Look at their choice."
    ),
    "uq_release_programme_id_series_number": Sentence(
        "", "Somebody else froze the results of this round at this moment. Look at their release."
    ),
}

# No screen and no command can bring these about: where one refuses a row, the program is at fault.
OF_THE_PROGRAM = frozenset(
    {
        "ck_access_one_holder",
        "ck_approval_decided_by_somebody",
        "ck_register_proposal_decided_once",
        "ck_register_proposal_taken_over_as_entry",
        "ck_burden_entry_minutes",
        "ck_burden_rule_ceilings",
        "ck_burden_rule_years",
        "ck_case_one_subject",
        "ck_case_weighted_only_if_drawn",
        "ck_review_action_dropped_with_a_reason",
        "ck_review_action_settled_on_a_day",
        "ck_review_decision_withdrawn_with_a_reason",
        "ck_review_invitation_people_who_came",
        "ck_ballot_dots_of_each",
        "ck_ballot_heads_heads_counted",
        "ck_review_issue_closed_with_a_reason",
        "ck_review_issue_figure_of_a_release",
        "ck_review_issue_merged_into_another",
        "ck_review_issue_not_into_itself",
        "ck_review_record_taken_back_is_returned",
        "ck_review_record_verdict_returned_with_words",
        "ck_review_session_area_of_its_scope",
        "ck_review_session_cancelled_with_a_reason",
        "ck_review_step_answered_in_words",
        "ck_review_step_dropped_with_a_reason",
        "ck_review_step_taken_up_somewhere",
        "ck_clock_watch_one_row",
        "ck_consent_one_person",
        "ck_contact_email_can_be_looked_up",
        "ck_case_statement_settled_by_somebody",
        "ck_back_check_asked_by_somebody",
        "ck_back_check_sent_back_if_denied",
        "uq_back_check_case_id",
        "ck_cost_line_says_something",
        "ck_cycle_rule_opens_on_a_day_or_after",
        "ck_cycle_rule_years",
        "ck_extension_of_somebody_and_why",
        "ck_cycle_task_done_by_somebody",
        "ck_form_edition_reviewed_by_somebody",
        "ck_staff_form_one_subject",
        "ck_frame_cell_not_empty",
        "ck_heartbeat_one_row",
        "ck_installation_one_row",
        "ck_log_entry_due_day_of_an_action",
        "ck_instrument_remark_signed_for_a_sector",
        "ck_instrument_version_published_on_a_day",
        "ck_message_address_can_be_looked_up",
        "ck_message_one_subject",
        "ix_message_subject",
        "uq_message_subject_kind_subject_id_event",
        "ck_notice_version_version",
        "ck_organisation_prn_unit_interval",
        "ck_outbox_one_row",
        "ck_panel_member_probability",
        "ck_panel_stratum_drawn",
        "ck_panel_stratum_expected_response",
        "ck_panel_stratum_sizes",
        "ck_programme_not_its_own_parent",
        "ck_release_corrects_another",
        "ck_release_drafts_alone_say_nothing",
        "ck_release_frozen_at_a_time",
        "ck_release_not_its_own_correction",
        "ck_release_published_at_a_time",
        "ck_reserve_release_not_empty",
        "ck_response_confidential_or_open",
        "ck_seat_not_its_own_stand_in",
        "pk_response_signature",
        "uq_listed_address_source_list_id_organisation_id",
        "uq_access_code_hash",
        "uq_access_kind_subject_kind_subject_id",
        "uq_access_seat_id",
        "uq_staff_session_key",
        "uq_audit_entry_place",
        "uq_password_link_person_id",
        "ck_reserve_rule_share",
        "ck_round_event_moved_by_somebody",
        "ck_round_made_by_the_cycle",
        "ck_round_panel",
        "ck_stored_file_single_answers_are_sealed",
        "uq_burden_breach_panel_id_organisation_id_rule",
        "uq_calendar_feed_token_hash",
        "uq_cycle_task_rule_id_slot_kind",
        "uq_frame_cell_frame_id_sector_region_band_rural_bme_led",
        "uq_frame_entry_frame_id_organisation_id",
        "uq_job_subject_kind_subject_id_kind_occurrence",
        "uq_material_key_subject_kind_subject_id",
        "uq_message_message_id",
        "uq_message_seat_id_event",
        "uq_panel_member_panel_id_organisation_id",
        "uq_panel_reserve_panel_stratum_id_place",
        "uq_panel_stratum_panel_id_name",
        "uq_response_change_response_id",
        "uq_seat_case_id",
        "uq_seat_lead",
        "uq_organisation_name_organisation_id_name",
        "uq_source_record_source_list_id_external_id",
        "uq_release_round_release_id_round_id",
        "uq_stored_file_owner_kind_owner_id_kind",
    }
)


def refusal_of(fault: IntegrityError) -> TakenError | None:
    """The words for whoever ran into the constraint, or None when the table has none for it."""
    name = constraint_of(fault)
    if name not in SENTENCES:
        return None
    sentence = SENTENCES[name]
    return TakenError(sentence.words, field=sentence.field)


def constraint_of(fault: IntegrityError) -> str:
    """The name of the constraint that refused, or "" for one without a name, such as NOT NULL.

    PostgreSQL says the name. SQLite says the columns of a key, whose name follows from them
    (`survey_app.models.base`), and the name of a check.
    """
    named = getattr(getattr(fault.orig, "diag", None), "constraint_name", None)
    return str(named) if named else name_in(str(fault.orig))


def name_in(said: str) -> str:
    """The name of the constraint in a message of SQLite, or ""."""
    if key := _KEY.match(said):
        tables, columns = zip(*(column.split(".") for column in key["columns"].split(", ")), strict=True)
        primary = f"pk_{tables[0]}"
        unique = "_".join(("uq", tables[0], *columns))
        # A primary key is reported in the same words.
        return primary if primary in SENTENCES and unique not in SENTENCES else unique
    check = _CHECK.match(said)
    return check["name"] if check else ""
