"""A questionnaire as a page shows it, whoever fills it in: fields, what is wrong, what was said."""
