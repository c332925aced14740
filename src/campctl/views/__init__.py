"""Results to tables, plan text, carets, JSON: the only place that prints."""
