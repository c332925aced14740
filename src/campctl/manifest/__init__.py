"""YAML and CSV to a campaign, with findings at file:line:column; edits that keep comments."""
