"""Questionnaires: drafts, versions, sign-off, composition."""
