"""The round summary: figures, tables, sentences, the PDF and the CSV."""
