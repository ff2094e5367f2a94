"""Screens for coordinators, interviewers and administrators."""
