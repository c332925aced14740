"""`campctl --help`, ready to print. Written by `python -m campctl.cli.generate`."""

TEXT = """\
Usage: campctl COMMAND [OPTIONS]

A campaign's phones from YAML: a plan you can read, an apply that proves itself.

Begin:
  init        Start a campaign from a seed
  validate    Find everything that is wrong with the manifests
  schema      Print the JSON Schema that editors use
  show        Show what the campaign wants, now or at a time

Plan and apply:
  plan        Say what would be changed
  apply       Change it, and prove that it happened
  rehearse    Play a day of calls through before it comes
  autopilot   Apply whenever something changes, and hold service targets
  runbook     Follow ordered steps with times, checks and a way back
  resume      Go on with a run that was interrupted
  rollback    Undo a run
  history     Past runs
  drift       What was changed behind campctl's back
  adopt       Take in what campctl did not create

People, desks, hotlines:
  user        People and their phones
  move        Move people to another office; they keep their number
  port        Desks: light them, darken them, seat people
  seat        Who sits where: check people and walk-ins in and out
  hotline     Hotlines and their seats
  number      The numbers the campaign holds
  office      Offices, and where a 911 call would come from
  override    Live changes with an author, a reason and an end
  surge       Named windows of time that change seats and ports
  calendar    Every moment at which something changes
  match       Volunteers to call lists by what they have in common
  cost        What a month costs, where prices are known

Watch:
  top         The live board: watch, and act on what you see
  status      What goes on now, and whether it is as expected
  watch       What happens, a line of JSON each, for scripts
  alert       What is wrong now, and who is told
  exporter    Metrics for Prometheus

Keep it well:
  backend     Telephony systems: list, check, sign in
  audit       Who did what, when and why
  store       The campaign's own records
  completion  Print the completion script of a shell

Options, before or after the command:
  -o, --output FORMAT  table, plain, json, yaml or csv (validate also: github)
  -C, --campaign DIR   a campaign's folder, or any below it (default: here)
  -q, --quiet          no words on stderr but errors
  --no-color           no colours, as NO_COLOR=1
  -h, --help           this help, or that of a command
  --version            the version

Examples:
  campctl init my-campaign --seed quickstart
  campctl plan
  campctl port light hq/a001 --hotline main --until 21:00

`campctl COMMAND --help` tells more about each, with examples.
"""
