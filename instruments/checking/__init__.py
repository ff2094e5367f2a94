"""What the checker looks for, one idea to a module; `checker` puts the findings together."""
