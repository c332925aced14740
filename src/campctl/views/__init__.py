"""Results to tables, plan text, carets and JSON; the only place that prints. `views.show.show` is the way in."""
