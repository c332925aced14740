"""argv to one use case to an exit status; one file per noun."""
