"""WHEN things happen: cycle, timetable, stages, and the clockwork that wakes the worker."""
