"""What goes on now: events and looks of every backend folded into one board; pure, times are handed in."""
