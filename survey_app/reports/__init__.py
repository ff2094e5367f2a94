"""What is published: the contents of a release, charts, tables, the PDF."""
