"""What goes on on a running Asterisk: one look, or events, folded into campctl's own."""
