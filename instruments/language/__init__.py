"""The questionnaire language: YAML text in, a `Questionnaire` or every fault out."""
