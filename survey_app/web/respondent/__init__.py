"""The questionnaire: from access code to receipt."""
