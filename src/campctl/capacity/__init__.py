"""How many people, seats and trunks calls need: queueing formulas, forecasts, staffing. Pure."""
