"""What the checker looks for, one idea to a module; `instruments.checker` puts the findings together."""
