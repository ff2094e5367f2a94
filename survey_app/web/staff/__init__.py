"""Screens for everybody who signs in: coordinators, interviewers, reviewers, administrators."""
