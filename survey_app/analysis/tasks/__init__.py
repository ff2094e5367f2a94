"""One module a task, with what the tasks share."""
