"""A short module for both sectors, as YAML: what tests upload, replace, sign and compose."""

MODULE = """\
schema: 1
name: {name}
version: {version}
title: Trust between us
audience: [public_body, vco]
role: {role}
estimated_minutes: 1
expects: [{{item: heard-of, kind: yes_no, passes: [dont_know]}}]
sections:
  - id: {name}
    title: Trust
    questions:
      - id: {name}-trusted
        kind: yes_no
        text: {wording}
        short: Trusted
        statistic: proportion
        measured: Share answering yes, of those who answered yes or no
        dont_know: true
      - id: {name}-why
        kind: short_text
        text: What would raise your trust most?
        short: What would raise it
        required: false
        ask_if: {{item: {name}-trusted, is: ["no"]}}
"""


def module_text(
    name: str = "module-trust",
    version: int = 1,
    wording: str = "Do you trust the other sector to keep its promises?",
    role: str = "module",
    extra: str = "",
) -> str:
    """The module; `extra` is further lines at its head, each ending with a line break."""
    text = MODULE.format(name=name, version=version, wording=wording, role=role)
    return text.replace("estimated_minutes", f"{extra}estimated_minutes", 1)
