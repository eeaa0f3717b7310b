"""A survey as data: questionnaire, waves, analyses, claims and rules, read once from TOML."""
