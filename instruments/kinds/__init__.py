"""The kinds of question, one module to a family: how an answer is read, shown, checked and counted."""
