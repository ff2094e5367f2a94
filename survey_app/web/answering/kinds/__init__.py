"""The kinds of question on a page, one module to a family: fields, what stands in them, how they look."""
