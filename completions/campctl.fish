# fish completion for campctl. Generated: python -m campctl.cli.generate
# campctl is never started; ids come from .campctl/complete/ of the campaign around $PWD (or of -C DIR).

# Print the lines of file $argv[1]. $argv[2] is what -C said.
function __campctl_ids
    set -l dir $PWD
    if string length -q -- $argv[2]
        set dir $argv[2]
        string match -q '/*' -- $dir; or set dir $PWD/$dir
    end
    while test -n "$dir" -a ! -d "$dir/.campctl/complete"
        set dir (string replace -r '/[^/]*$' '' -- $dir)
    end
    test -n "$dir" -a -r "$dir/.campctl/complete/$argv[1]"; or return
    string split -n \n <"$dir/.campctl/complete/$argv[1]"
end

# Complete $argv[2] as kind $argv[1]; $argv[3] is what -C said.
function __campctl_kind
    switch $argv[1]
        case - ''
        case '=*'
            string split '|' -- (string sub -s 2 -- $argv[1])
        case @file
            __fish_complete_path $argv[2]
        case @dir
            __fish_complete_directories $argv[2]
        case @ref
            if string match -q '*/*' -- $argv[2]
                __campctl_ids refs "$argv[3]"
            else
                printf '%s\n' user/ port/ office/ hotline/ number/
            end
        case '*'
            __campctl_ids $argv[1] "$argv[3]"
    end
end

function __campctl
    set -l words (commandline -opc)
    set -l cur (commandline -ct)
    set -l prev $words[-1]
    set -l noun
    set -l verb
    set -l verbs
    set -l usual
    set -l dir
    set -l i 2
    while test $i -le (count $words)
        switch $words[$i]
            case -C --campaign
                set -l next (math $i + 1)
                set dir $words[$next]
                set i $next
            case -o --output
                set i (math $i + 1)
            case '-*'
                test -z "$noun"; or break
            case '*'
                if test -z "$noun"
                    set noun $words[$i]
                    switch $noun
        case history
            set verbs "list"\t"List runs, newest first" "show"\t"Show one run - what it was to do, what came of it, and what failed"
            set usual 'list'
        case user
            set verbs "list"\t"List people" "show"\t"Show one person - what the manifests say, and what follows from it" "why"\t"Say where a person sits and why; of each hotline, whether they may answer it and which rule says no, or why they do not sit there" "provision"\t"Add people - write them into the YAML and make their phones" "deprovision"\t"Remove people - take them out of the YAML and remove their phones" "secret"\t"Make a new SIP secret for a persons phone, give it to the backend and show it, this once" "pause"\t"Pause a person - no more calls of hotlines, until unpaused" "unpause"\t"A person gets calls of their hotlines again"
            set usual 'list'
        case port
            set verbs "list"\t"List desks - lit or dark, who sits there, what they answer, and why" "light"\t"Light desks - their phones ring, and answer a hotline if one is named" "dark"\t"Darken desks - overrides that light them are cleared; where a manifest or surge lights them, an override says dark" "seat"\t"Say who sits at a desk; it is lit if it was dark" "secret"\t"Make a new SIP secret for a desks phone, give it to the backend and show it, this once" "pause"\t"Pause whoever answers at a desk - no more calls of hotlines, until unpaused" "unpause"\t"A desk gets calls of its hotlines again"
            set usual 'list'
        case seat
            set verbs "list"\t"List who sits where since when, and what they answer - walk-ins, people at desks, people at their own phones" "check-in"\t"Seat somebody who came - find an empty desk, light it, seat them where they are needed most, and print a card" "check-out"\t"Somebody leaves - their desk goes dark and their seat is free"
            set usual 'list'
        case hotline
            set verbs "list"\t"List hotlines with their seats, filled and wanted" "show"\t"Show one hotline - its settings, and who sits in which seat and why" "who"\t"Say who sits in every seat, since when and why; who is next in line and why not seated; and what is missing" "scale"\t"Change a hotlines seats" "failover"\t"Lead all new calls of a hotline somewhere else, or take them back" "plan"\t"Say how many people a day needs, against those there are - where it is short, whom to call in, which desks to light"
            set usual 'list'
        case number
            set verbs "list"\t"List every number and what it leads to"
            set usual 'list'
        case office
            set verbs "list"\t"List offices with their people and desks" "show"\t"Show one office - its address, people and desks" "audit"\t"Check every lit line on the backends against its dispatchable location" "evacuate"\t"Give an offices seats, desks and numbers to others while it is without power or network; with --back, back as they were"
            set usual 'list'
        case override
            set verbs "list"\t"List overrides that hold or will; with --overdue what is over, of overrides and surges, and still there" "clear"\t"End overrides now; what they changed goes back to what manifests and surges say" "promote"\t"Write overrides into the YAML, where they stay, and clear them"
            set usual 'list'
        case surge
            set verbs "list"\t"List surges in order of beginning, with what each changes" "show"\t"Show one surge - when it holds, and what it changes - seats, desks, calls"
            set usual 'list'
        case backend
            set verbs "list"\t"List backends, their options, and where their secrets come from (never the secrets)" "check"\t"Look whether backends are well - reached, signed in, within their limits" "login"\t"Keep a backends secrets in the keyring, each read back" "init"\t"Write the configuration of a fresh exchange into a folder, and say how to put it in place" "poke"\t"Change the embedded exchange behind campctls back, to practise drift, adoption and bad days"
            set usual 'list'
        case alert
            set verbs "list"\t"List what is raised now, and the rules" "ack"\t"Say that you see to it - everybody else is shown that" "test"\t"Send a message that says it is a test to those a rule tells, one try each" "login"\t"Keep the secrets of somebody who is told in the keyring; from a pipe, a line for each" "run"\t"Watch and tell, without a board, until stopped (Ctrl-C, SIGTERM) - for a machine that is always on"
            set usual 'list'
        case runbook
            set verbs "list"\t"The campaigns runbooks, with how many steps they come to and what is wrong with them" "show"\t"The steps a runbook comes to - variables put in, loops gone through, other files taken in" "lint"\t"Find everything that is wrong with runbooks before the day, in one go" "run"\t"Follow a runbook, step by step" "resume"\t"Go on with a run that was stopped, killed, or that failed at a step" "undo"\t"Take back the step of a run that was done last; the run stands at it again, and can be gone on with" "status"\t"Where a run stands - what was done, what is going on, what is to come" "confirm"\t"Answer the question a run waits with, from any terminal" "report"\t"Who did what when - planned against actual, confirmations, what was taken back, and what commands said" "rehearse"\t"Play a runbook through before the day, in no time - on embedded exchanges, in a copy of the campaign, by a clock that jumps"
            set usual 'list'
        case autopilot
            set verbs "run"\t"Lead - apply the plan at every moment at which it changes, take back what is over, and move seats by live figures" "status"\t"Show who leads since when, what comes next, and why each hotline with autoscale has its seats"
            set usual 'run'
        case audit
            set verbs "log"\t"Show the newest entries, oldest of them first" "verify"\t"Check that no entry was changed or removed"
            set usual 'log'
        case store
            set verbs "check"\t"Say where the store is, check its integrity, and say who holds the lock" "migrate"\t"Carry all records to another store, read them back, and write the new place into the manifest" "rename"\t"Let the shared store belong to this campaign under its new name, once name - in campaign.yaml was changed" "login"\t"Keep the shared stores password in the keyring"
            set usual ''
                    end
                    if test (count $verbs) -eq 0
                        set i (math $i + 1)
                        break
                    end
                else
                    set verb $words[$i]
                    set i (math $i + 1)
                    break
                end
        end
        set i (math $i + 1)
    end
    if test -z "$noun"
        switch $prev
            case -C --campaign
                __campctl_kind @dir "$cur" ''
            case -o --output
                __campctl_kind '=table|plain|json|yaml|csv' "$cur" ''
            case '*'
                if string match -q -- '-*' $cur
                    printf '%s\n' --output --campaign --quiet --no-color --help --version
                else
                    printf '%s\n' $__campctl_nouns
                end
        end
        return
    end
    if test (count $verbs) -gt 0 -a -z "$verb"
        if not string match -q -- '-*' $cur; and not contains -- $prev -C --campaign -o --output
            printf '%s\n' $verbs
            return
        end
        set verb $usual
    end
    set -l spec
    set -l args
    set -l helps
    switch (string trim -- "$noun $verb")
        case 'init'
            set spec '--seed==quickstart|national' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args '@dir'
            set helps "--seed"\t"A commented tutorial, or 2,150 people in some 60 offices." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'validate'
            set spec '-o==table|plain|json|yaml|csv|github' '--output==table|plain|json|yaml|csv|github' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'schema'
            set spec '--output-file=@file' '--faults' '--runbook' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "--output-file"\t"Write it there instead of to stdout." "--faults"\t"That of the faults of a rehearsal instead." "--runbook"\t"That of runbooks instead." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'show'
            set spec '--at=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args '@ref'
            set helps "--at"\t"Then instead of now - 21 -00, +2h, 2026-11-03T06 -00." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'plan'
            set spec '--at=-' '--between=-' '--out=@file' '--target=@ref' '--details' '--exit-code' '--skip-unreachable' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "--at"\t"The plan for then - 21 -00, +2h, 2026-11-03T06 -00." "--between"\t"What changes from the one time to the other, in one plan." "--out"\t"Also save it, for campctl apply FILE." "--target"\t"Only this noun, and what it needs. May be repeated." "--details"\t"List everything, with field changes." "--exit-code"\t"Exit status 4 when there is something to do." "--skip-unreachable"\t"Go on without backends that do not answer." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'apply'
            set spec '--target=@ref' '--skip-unreachable' '-y' '--yes' '--dry-run' '--reason=-' '--details' '--wait==accepted|configured|live' '--allow-deletes' '--allow-updates' '--allow-protected' '--allow-freeze' '--events' '--secrets=@file' '--wait-for-lock=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args '@file'
            set helps "--target"\t"Only this noun, and what it needs. May be repeated." "--skip-unreachable"\t"Go on without backends that do not answer." "-y"\t"Do not ask. Needed where there is no terminal." "--yes"\t"Do not ask. Needed where there is no terminal." "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "--details"\t"List everything, with field changes." "--wait"\t"How far to wait; configured (read back) unless told otherwise." "--allow-deletes"\t"Override the guardrail on the share of deletes." "--allow-updates"\t"Override the guardrail on the share of updates." "--allow-protected"\t"Override the protection of resources." "--allow-freeze"\t"Override a freeze." "--events"\t"Print a line of JSON for everything that happens, instead of a progress bar." "--secrets"\t"Give new lines new SIP secrets and write them to FILE (0600), this once." "--wait-for-lock"\t"Wait that long for another run to end." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'rehearse'
            set spec '--day=-' '--shape==flat|ordinary|debate-night|election-day' '--calls=-' '--faults=@file' '--against=-' '--autopilot' '--seed=-' '--replications=-' '--interval=-' '--trunks=-' '--hotline=hotlines' '--html=@file' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "--day"\t"2026-11-03, today (unless told otherwise) or tomorrow." "--shape"\t"flat, ordinary, debate-night, election-day, or 24 weights." "--calls"\t"So many calls in all, shared out as expected; or to a hotline (repeatable)." "--faults"\t"What goes wrong, as YAML - docs/rehearsal.md." "--against"\t"Compare with another plan - a campaigns folder, or a YAML file that differs." "--autopilot"\t"With the autopilot at the phones, and how that differs from a day without it." "--seed"\t"Another one draws other callers; the same one the same." "--replications"\t"Play the day N times. Default - as often as makes 300,000 calls, at most 10." "--interval"\t"Length of an interval." "--trunks"\t"Only so many calls at once. Default - as many as it takes." "--hotline"\t"Show this one closely (repeatable); all of them are played." "--html"\t"Also write a report with charts; it opens without a network." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'autopilot run'
            set spec '--once' '--standby' '--dry-run' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "--once"\t"One turn, for cron - apply, look at the hotlines, end." "--standby"\t"While another autopilot leads, wait, and take over when it ends." "--dry-run"\t"Only say what would be done, as time goes by. Takes no lead." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'autopilot status'
            set spec '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'runbook list'
            set spec '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'runbook show'
            set spec '--var=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args '@file'
            set helps "--var"\t"The value of a variable (repeatable)." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'runbook lint'
            set spec '--var=-' '-o==table|plain|json|yaml|csv|github' '--output==table|plain|json|yaml|csv|github' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args '@file*'
            set helps "--var"\t"The value of a variable (repeatable)." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'runbook run'
            set spec '--var=-' '--from=-' '--no-wait' '--dry-run' '--step' '--until=-' '-y' '--yes' '--events' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args '@file'
            set helps "--var"\t"The value of a variable (repeatable)." "--from"\t"Begin at this step; those above count as left out." "--no-wait"\t"Do not wait for the times steps are planned at (at)." "--dry-run"\t"Show the steps (with --step what the first does), do nothing." "--step"\t"Do one step, then pause; runbook resume --step does the next." "--until"\t"Pause once this step was done (or left out); status 0 then." "-y"\t"Answer the questions whose step says allow-yes. Others wait for a person." "--yes"\t"Answer the questions whose step says allow-yes. Others wait for a person." "--events"\t"A line of JSON for each line of the journal, instead of words and a table." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'runbook resume'
            set spec '--assume=-' '--roll-back-to=-' '--accept-edit' '--no-wait' '--step' '--until=-' '--dry-run' '-y' '--yes' '--events' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'book-runs'
            set helps "--assume"\t"What came of an unsafe step whose outcome nobody knows." "--roll-back-to"\t"Take back what was done since this mark (start - all of it) instead." "--accept-edit"\t"Go on with the runbook as it is now, edited." "--no-wait"\t"Do not wait for the times steps are planned at (at)." "--step"\t"Do one step, then pause; runbook resume --step does the next." "--until"\t"Pause once this step was done (or left out); status 0 then." "--dry-run"\t"Show what the next step would do, do nothing." "-y"\t"Answer the questions whose step says allow-yes. Others wait for a person." "--yes"\t"Answer the questions whose step says allow-yes. Others wait for a person." "--events"\t"A line of JSON for each line of the journal, instead of words and a table." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'runbook undo'
            set spec '--dry-run' '--events' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'book-runs' '-'
            set helps "--dry-run"\t"Show what would be taken back and how, do nothing." "--events"\t"A line of JSON for each line of the journal, instead of words and a table." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'runbook status'
            set spec '--all' '--follow' '--events' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'book-runs'
            set helps "--all"\t"List the runs there were instead, newest first." "--follow"\t"Tell what happens until the run is over, or nobody follows it." "--events"\t"A line of JSON for each line of the journal, instead of words and a table." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'runbook confirm'
            set spec '--as=-' '--no' '--why=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'book-runs' '-'
            set helps "--as"\t"The role you answer as." "--no"\t"Say no - the step fails." "--why"\t"A remark, kept in the report." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'runbook report'
            set spec '--html=@file' '--markdown' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'book-runs'
            set helps "--html"\t"Write one HTML page, which opens without a network." "--markdown"\t"As Markdown, on stdout." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'runbook rehearse'
            set spec '--var=-' '--at=-' '--refuse=-' '--with-shell' '--html=@file' '--markdown' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args '@file'
            set helps "--var"\t"The value of a variable (repeatable)." "--at"\t"When it begins; else 5 minutes before the first planned time." "--refuse"\t"Say no to this question (repeatable)." "--with-shell"\t"Run the commands of shell steps, too, in the copy." "--html"\t"Also write the report as one HTML page." "--markdown"\t"The report as Markdown, on stdout." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'resume'
            set spec '-y' '--yes' '--dry-run' '--reason=-' '--details' '--wait==accepted|configured|live' '--allow-deletes' '--allow-updates' '--allow-protected' '--allow-freeze' '--events' '--secrets=@file' '--wait-for-lock=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "-y"\t"Do not ask. Needed where there is no terminal." "--yes"\t"Do not ask. Needed where there is no terminal." "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "--details"\t"List everything, with field changes." "--wait"\t"How far to wait; configured (read back) unless told otherwise." "--allow-deletes"\t"Override the guardrail on the share of deletes." "--allow-updates"\t"Override the guardrail on the share of updates." "--allow-protected"\t"Override the protection of resources." "--allow-freeze"\t"Override a freeze." "--events"\t"Print a line of JSON for everything that happens, instead of a progress bar." "--secrets"\t"Give new lines new SIP secrets and write them to FILE (0600), this once." "--wait-for-lock"\t"Wait that long for another run to end." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'rollback'
            set spec '-y' '--yes' '--dry-run' '--reason=-' '--details' '--wait==accepted|configured|live' '--allow-deletes' '--allow-updates' '--allow-protected' '--allow-freeze' '--events' '--secrets=@file' '--wait-for-lock=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'runs'
            set helps "-y"\t"Do not ask. Needed where there is no terminal." "--yes"\t"Do not ask. Needed where there is no terminal." "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "--details"\t"List everything, with field changes." "--wait"\t"How far to wait; configured (read back) unless told otherwise." "--allow-deletes"\t"Override the guardrail on the share of deletes." "--allow-updates"\t"Override the guardrail on the share of updates." "--allow-protected"\t"Override the protection of resources." "--allow-freeze"\t"Override a freeze." "--events"\t"Print a line of JSON for everything that happens, instead of a progress bar." "--secrets"\t"Give new lines new SIP secrets and write them to FILE (0600), this once." "--wait-for-lock"\t"Wait that long for another run to end." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'history list'
            set spec '--limit=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "--limit"\t"No more than the newest N." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'history show'
            set spec '--details' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'runs'
            set helps "--details"\t"List every change with its fields, and the journal." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'drift'
            set spec '--backend=backends' '--exit-code' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "--backend"\t"Only on this backend." "--exit-code"\t"Exit status 4 when something changed or is missing (unmanaged things do not count)." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'adopt'
            set spec '--all' '--backend=backends' '-y' '--yes' '--dry-run' '--reason=-' '--details' '--wait==accepted|configured|live' '--allow-deletes' '--allow-updates' '--allow-protected' '--allow-freeze' '--events' '--secrets=@file' '--wait-for-lock=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args '@ref*'
            set helps "--all"\t"Everything that is unmanaged." "--backend"\t"Only on this backend." "-y"\t"Do not ask. Needed where there is no terminal." "--yes"\t"Do not ask. Needed where there is no terminal." "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "--details"\t"List everything, with field changes." "--wait"\t"How far to wait; configured (read back) unless told otherwise." "--allow-deletes"\t"Override the guardrail on the share of deletes." "--allow-updates"\t"Override the guardrail on the share of updates." "--allow-protected"\t"Override the protection of resources." "--allow-freeze"\t"Override a freeze." "--events"\t"Print a line of JSON for everything that happens, instead of a progress bar." "--secrets"\t"Give new lines new SIP secrets and write them to FILE (0600), this once." "--wait-for-lock"\t"Wait that long for another run to end." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'user list'
            set spec '--office=offices' '--role=-' '--skill=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "--office"\t"Only those of an office." "--role"\t"Only those in a role." "--skill"\t"Only those with a skill." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'user show'
            set spec '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'users'
            set helps "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'user why'
            set spec '--at=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'users'
            set helps "--at"\t"Then instead of now - 21 -00, +2h, 2026-11-03T06 -00." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'user provision'
            set spec '--name=-' '--office=offices' '--extension=-' '--number=-' '--role=-' '--skill=-' '--language=-' '--shift=-' '--permission==internal|local|national|international' '--floor=-' '--room=-' '-f=@file' '--file=@file' '-y' '--yes' '--dry-run' '--reason=-' '--details' '--wait==accepted|configured|live' '--allow-deletes' '--allow-updates' '--allow-protected' '--allow-freeze' '--events' '--secrets=@file' '--wait-for-lock=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args '-'
            set helps "--name"\t"Their name." "--office"\t"Their office." "--extension"\t"Their extension (default - the offices next free)." "--number"\t"Their direct number." "--role"\t"Their role." "--skill"\t"A skill. May be repeated." "--language"\t"A language. May be repeated." "--shift"\t"When they are there - 2026-11-03T06 -00/14 -00; once for each." "--permission"\t"Where they may call." "--floor"\t"Their floor, for the 911 location." "--room"\t"Their room, for the 911 location." "-f"\t"Take them from a YAML file." "--file"\t"Take them from a YAML file." "-y"\t"Do not ask. Needed where there is no terminal." "--yes"\t"Do not ask. Needed where there is no terminal." "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "--details"\t"List everything, with field changes." "--wait"\t"How far to wait; configured (read back) unless told otherwise." "--allow-deletes"\t"Override the guardrail on the share of deletes." "--allow-updates"\t"Override the guardrail on the share of updates." "--allow-protected"\t"Override the protection of resources." "--allow-freeze"\t"Override a freeze." "--events"\t"Print a line of JSON for everything that happens, instead of a progress bar." "--secrets"\t"Give new lines new SIP secrets and write them to FILE (0600), this once." "--wait-for-lock"\t"Wait that long for another run to end." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'user deprovision'
            set spec '-f=@file' '--file=@file' '--release' '-y' '--yes' '--dry-run' '--reason=-' '--details' '--wait==accepted|configured|live' '--allow-deletes' '--allow-updates' '--allow-protected' '--allow-freeze' '--events' '--secrets=@file' '--wait-for-lock=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'users*'
            set helps "-f"\t"Take them from a YAML file." "--file"\t"Take them from a YAML file." "--release"\t"Also hold their numbers in reserve, empty their desks, and name them nowhere." "-y"\t"Do not ask. Needed where there is no terminal." "--yes"\t"Do not ask. Needed where there is no terminal." "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "--details"\t"List everything, with field changes." "--wait"\t"How far to wait; configured (read back) unless told otherwise." "--allow-deletes"\t"Override the guardrail on the share of deletes." "--allow-updates"\t"Override the guardrail on the share of updates." "--allow-protected"\t"Override the protection of resources." "--allow-freeze"\t"Override a freeze." "--events"\t"Print a line of JSON for everything that happens, instead of a progress bar." "--secrets"\t"Give new lines new SIP secrets and write them to FILE (0600), this once." "--wait-for-lock"\t"Wait that long for another run to end." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'user secret'
            set spec '--backend=backends' '-y' '--yes' '--dry-run' '--reason=-' '--details' '--wait==accepted|configured|live' '--allow-deletes' '--allow-updates' '--allow-protected' '--allow-freeze' '--events' '--secrets=@file' '--wait-for-lock=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'users'
            set helps "--backend"\t"Of the line there, of somebody who has two." "-y"\t"Do not ask. Needed where there is no terminal." "--yes"\t"Do not ask. Needed where there is no terminal." "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "--details"\t"List everything, with field changes." "--wait"\t"How far to wait; configured (read back) unless told otherwise." "--allow-deletes"\t"Override the guardrail on the share of deletes." "--allow-updates"\t"Override the guardrail on the share of updates." "--allow-protected"\t"Override the protection of resources." "--allow-freeze"\t"Override a freeze." "--events"\t"Print a line of JSON for everything that happens, instead of a progress bar." "--secrets"\t"Give new lines new SIP secrets and write them to FILE (0600), this once." "--wait-for-lock"\t"Wait that long for another run to end." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'user pause'
            set spec '--dry-run' '--reason=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'users'
            set helps "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'user unpause'
            set spec '--dry-run' '--reason=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'users'
            set helps "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'move'
            set spec '--to=offices' '--floor=-' '--room=-' '-f=@file' '--file=@file' '--office=offices' '--backend=backends' '--wave=-' '--prepare' '--status' '--allow-cut-off' '-y' '--yes' '--dry-run' '--reason=-' '--details' '--wait==accepted|configured|live' '--allow-deletes' '--allow-updates' '--allow-protected' '--allow-freeze' '--events' '--secrets=@file' '--wait-for-lock=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'users*'
            set helps "--to"\t"Where to." "--floor"\t"The floor there, for the 911 location." "--room"\t"The room there, for the 911 location." "-f"\t"Take the moves from a YAML file - user to office." "--file"\t"Take the moves from a YAML file - user to office." "--office"\t"Move an office to another backend instead." "--backend"\t"The backend it moves to." "--wave"\t"So many of it - 25% of all, or 10; all who are left unless told otherwise." "--prepare"\t"Only give them a second line there, for their phones to register on first." "--status"\t"Show how far the office is; change nothing." "--allow-cut-off"\t"Override the guardrail on phones that have not registered there." "-y"\t"Do not ask. Needed where there is no terminal." "--yes"\t"Do not ask. Needed where there is no terminal." "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "--details"\t"List everything, with field changes." "--wait"\t"How far to wait; configured (read back) unless told otherwise." "--allow-deletes"\t"Override the guardrail on the share of deletes." "--allow-updates"\t"Override the guardrail on the share of updates." "--allow-protected"\t"Override the protection of resources." "--allow-freeze"\t"Override a freeze." "--events"\t"Print a line of JSON for everything that happens, instead of a progress bar." "--secrets"\t"Give new lines new SIP secrets and write them to FILE (0600), this once." "--wait-for-lock"\t"Wait that long for another run to end." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'port list'
            set spec '--office=offices' '--state==lit|dark' '--at=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "--office"\t"The office of the desks." "--state"\t"Only lit or dark ones." "--at"\t"Then instead of now." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'port light'
            set spec '--office=offices' '--any=-' '--for=users' '--volunteer=-' '--hotline=hotlines' '--until=-' '-f=@file' '--file=@file' '-y' '--yes' '--dry-run' '--reason=-' '--details' '--wait==accepted|configured|live' '--allow-deletes' '--allow-updates' '--allow-protected' '--allow-freeze' '--events' '--secrets=@file' '--wait-for-lock=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'desks*'
            set helps "--office"\t"The office of the desks." "--any"\t"Any N dark desks of the office." "--for"\t"Who sits there - a user of the campaign." "--volunteer"\t"Who sits there - anybody." "--hotline"\t"What they answer." "--until"\t"Until then - 21 -00, +2h, 2026-11-03T21 -00. Default - until cleared." "-f"\t"Take them from a YAML file." "--file"\t"Take them from a YAML file." "-y"\t"Do not ask. Needed where there is no terminal." "--yes"\t"Do not ask. Needed where there is no terminal." "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "--details"\t"List everything, with field changes." "--wait"\t"How far to wait; configured (read back) unless told otherwise." "--allow-deletes"\t"Override the guardrail on the share of deletes." "--allow-updates"\t"Override the guardrail on the share of updates." "--allow-protected"\t"Override the protection of resources." "--allow-freeze"\t"Override a freeze." "--events"\t"Print a line of JSON for everything that happens, instead of a progress bar." "--secrets"\t"Give new lines new SIP secrets and write them to FILE (0600), this once." "--wait-for-lock"\t"Wait that long for another run to end." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'port dark'
            set spec '--office=offices' '--until=-' '-f=@file' '--file=@file' '-y' '--yes' '--dry-run' '--reason=-' '--details' '--wait==accepted|configured|live' '--allow-deletes' '--allow-updates' '--allow-protected' '--allow-freeze' '--events' '--secrets=@file' '--wait-for-lock=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'desks*'
            set helps "--office"\t"The office of the desks." "--until"\t"Until then - 21 -00, +2h, 2026-11-03T21 -00. Default - until cleared." "-f"\t"Take them from a YAML file." "--file"\t"Take them from a YAML file." "-y"\t"Do not ask. Needed where there is no terminal." "--yes"\t"Do not ask. Needed where there is no terminal." "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "--details"\t"List everything, with field changes." "--wait"\t"How far to wait; configured (read back) unless told otherwise." "--allow-deletes"\t"Override the guardrail on the share of deletes." "--allow-updates"\t"Override the guardrail on the share of updates." "--allow-protected"\t"Override the protection of resources." "--allow-freeze"\t"Override a freeze." "--events"\t"Print a line of JSON for everything that happens, instead of a progress bar." "--secrets"\t"Give new lines new SIP secrets and write them to FILE (0600), this once." "--wait-for-lock"\t"Wait that long for another run to end." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'port seat'
            set spec '--office=offices' '--for=users' '--volunteer=-' '--hotline=hotlines' '--until=-' '-f=@file' '--file=@file' '-y' '--yes' '--dry-run' '--reason=-' '--details' '--wait==accepted|configured|live' '--allow-deletes' '--allow-updates' '--allow-protected' '--allow-freeze' '--events' '--secrets=@file' '--wait-for-lock=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'desks'
            set helps "--office"\t"The office of the desks." "--for"\t"Who sits there - a user of the campaign." "--volunteer"\t"Who sits there - anybody." "--hotline"\t"What they answer." "--until"\t"Until then - 21 -00, +2h, 2026-11-03T21 -00. Default - until cleared." "-f"\t"Take them from a YAML file." "--file"\t"Take them from a YAML file." "-y"\t"Do not ask. Needed where there is no terminal." "--yes"\t"Do not ask. Needed where there is no terminal." "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "--details"\t"List everything, with field changes." "--wait"\t"How far to wait; configured (read back) unless told otherwise." "--allow-deletes"\t"Override the guardrail on the share of deletes." "--allow-updates"\t"Override the guardrail on the share of updates." "--allow-protected"\t"Override the protection of resources." "--allow-freeze"\t"Override a freeze." "--events"\t"Print a line of JSON for everything that happens, instead of a progress bar." "--secrets"\t"Give new lines new SIP secrets and write them to FILE (0600), this once." "--wait-for-lock"\t"Wait that long for another run to end." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'port secret'
            set spec '--backend=backends' '-y' '--yes' '--dry-run' '--reason=-' '--details' '--wait==accepted|configured|live' '--allow-deletes' '--allow-updates' '--allow-protected' '--allow-freeze' '--events' '--secrets=@file' '--wait-for-lock=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'desks'
            set helps "--backend"\t"Of the line there, of a desk that has two." "-y"\t"Do not ask. Needed where there is no terminal." "--yes"\t"Do not ask. Needed where there is no terminal." "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "--details"\t"List everything, with field changes." "--wait"\t"How far to wait; configured (read back) unless told otherwise." "--allow-deletes"\t"Override the guardrail on the share of deletes." "--allow-updates"\t"Override the guardrail on the share of updates." "--allow-protected"\t"Override the protection of resources." "--allow-freeze"\t"Override a freeze." "--events"\t"Print a line of JSON for everything that happens, instead of a progress bar." "--secrets"\t"Give new lines new SIP secrets and write them to FILE (0600), this once." "--wait-for-lock"\t"Wait that long for another run to end." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'port pause'
            set spec '--dry-run' '--reason=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'desks'
            set helps "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'port unpause'
            set spec '--dry-run' '--reason=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'desks'
            set helps "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'seat list'
            set spec '--office=offices' '--hotline=hotlines' '--empty' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "--office"\t"Only there." "--hotline"\t"Only who answers it." "--empty"\t"Lit desks where nobody is named, too - anybody may sit there." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'seat check-in'
            set spec '--office=offices' '--skills=-' '--languages=-' '--desk=desks' '--stays' '--hotline=hotlines' '--until=-' '--card=@file' '--softphone' '-y' '--yes' '--dry-run' '--reason=-' '--details' '--wait==accepted|configured|live' '--allow-deletes' '--allow-updates' '--allow-protected' '--allow-freeze' '--events' '--secrets=@file' '--wait-for-lock=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args '-'
            set helps "--office"\t"The office; needed where there are several." "--skills"\t"What a walk-in can answer for." "--languages"\t"What a walk-in speaks." "--desk"\t"This desk. Who sits there is relieved." "--stays"\t"Who sits at --desk stays - they get another desk." "--hotline"\t"What they answer; default - where most are missing." "--until"\t"Until then - 21 -00, +2h. Default - the end of their shift, or closing time." "--card"\t"Write the card there as HTML (0600), to be printed." "--softphone"\t"Make a new SIP secret; only the cards QR code has it." "-y"\t"Do not ask. Needed where there is no terminal." "--yes"\t"Do not ask. Needed where there is no terminal." "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "--details"\t"List everything, with field changes." "--wait"\t"How far to wait; configured (read back) unless told otherwise." "--allow-deletes"\t"Override the guardrail on the share of deletes." "--allow-updates"\t"Override the guardrail on the share of updates." "--allow-protected"\t"Override the protection of resources." "--allow-freeze"\t"Override a freeze." "--events"\t"Print a line of JSON for everything that happens, instead of a progress bar." "--secrets"\t"Give new lines new SIP secrets and write them to FILE (0600), this once." "--wait-for-lock"\t"Wait that long for another run to end." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'seat check-out'
            set spec '--office=offices' '-y' '--yes' '--dry-run' '--reason=-' '--details' '--wait==accepted|configured|live' '--allow-deletes' '--allow-updates' '--allow-protected' '--allow-freeze' '--events' '--secrets=@file' '--wait-for-lock=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args '-'
            set helps "--office"\t"The office of the desk." "-y"\t"Do not ask. Needed where there is no terminal." "--yes"\t"Do not ask. Needed where there is no terminal." "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "--details"\t"List everything, with field changes." "--wait"\t"How far to wait; configured (read back) unless told otherwise." "--allow-deletes"\t"Override the guardrail on the share of deletes." "--allow-updates"\t"Override the guardrail on the share of updates." "--allow-protected"\t"Override the protection of resources." "--allow-freeze"\t"Override a freeze." "--events"\t"Print a line of JSON for everything that happens, instead of a progress bar." "--secrets"\t"Give new lines new SIP secrets and write them to FILE (0600), this once." "--wait-for-lock"\t"Wait that long for another run to end." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'hotline list'
            set spec '--at=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "--at"\t"Then instead of now - 21 -00, +2h, 2026-11-03T06 -00." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'hotline show'
            set spec '--at=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'hotlines'
            set helps "--at"\t"Then instead of now - 21 -00, +2h, 2026-11-03T06 -00." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'hotline who'
            set spec '--at=-' '--next=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'hotlines'
            set helps "--at"\t"Then instead of now - 21 -00, +2h, 2026-11-03T06 -00." "--next"\t"Show so many of those who are next in line." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'hotline scale'
            set spec '--until=-' '-f=@file' '--file=@file' '-y' '--yes' '--dry-run' '--reason=-' '--details' '--wait==accepted|configured|live' '--allow-deletes' '--allow-updates' '--allow-protected' '--allow-freeze' '--events' '--secrets=@file' '--wait-for-lock=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'hotlines' '-'
            set helps "--until"\t"Until then. Default - until cleared." "-f"\t"Take them from a YAML file - hotline to seats." "--file"\t"Take them from a YAML file - hotline to seats." "-y"\t"Do not ask. Needed where there is no terminal." "--yes"\t"Do not ask. Needed where there is no terminal." "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "--details"\t"List everything, with field changes." "--wait"\t"How far to wait; configured (read back) unless told otherwise." "--allow-deletes"\t"Override the guardrail on the share of deletes." "--allow-updates"\t"Override the guardrail on the share of updates." "--allow-protected"\t"Override the protection of resources." "--allow-freeze"\t"Override a freeze." "--events"\t"Print a line of JSON for everything that happens, instead of a progress bar." "--secrets"\t"Give new lines new SIP secrets and write them to FILE (0600), this once." "--wait-for-lock"\t"Wait that long for another run to end." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'hotline failover'
            set spec '--to=-' '--until=-' '--back' '-y' '--yes' '--dry-run' '--reason=-' '--details' '--wait==accepted|configured|live' '--allow-deletes' '--allow-updates' '--allow-protected' '--allow-freeze' '--events' '--secrets=@file' '--wait-for-lock=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'hotlines'
            set helps "--to"\t"hotline/ID, user/ID, port/OFFICE/DESK, outside/+1..., or an office. Default - its failover." "--until"\t"Until then. Default - until it is taken back." "--back"\t"It takes its own calls again." "-y"\t"Do not ask. Needed where there is no terminal." "--yes"\t"Do not ask. Needed where there is no terminal." "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "--details"\t"List everything, with field changes." "--wait"\t"How far to wait; configured (read back) unless told otherwise." "--allow-deletes"\t"Override the guardrail on the share of deletes." "--allow-updates"\t"Override the guardrail on the share of updates." "--allow-protected"\t"Override the protection of resources." "--allow-freeze"\t"Override a freeze." "--events"\t"Print a line of JSON for everything that happens, instead of a progress bar." "--secrets"\t"Give new lines new SIP secrets and write them to FILE (0600), this once." "--wait-for-lock"\t"Wait that long for another run to end." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'hotline plan'
            set spec '--all' '--day=-' '--calls=-' '--shape==flat|ordinary|debate-night|election-day' '--forecast=@file' '--target=-' '--patience=-' '--interval=-' '--html=@file' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'hotlines'
            set helps "--all"\t"Every hotline that says what to expect." "--day"\t"2026-11-03, today (unless told otherwise) or tomorrow." "--calls"\t"So many calls that day." "--shape"\t"flat, ordinary, debate-night, election-day, or 24 weights." "--forecast"\t"Calls by interval - CSV with start,calls[,handling], or YAML." "--target"\t"The service target - 80%/20s." "--patience"\t"How long callers wait - 3m (Erlang A); endless (Erlang C)." "--interval"\t"Length of an interval." "--html"\t"Also write a report with charts; it opens without a network." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'number list'
            set spec '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'office list'
            set spec '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'office show'
            set spec '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'offices'
            set helps "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'office audit'
            set spec '--faults' '--exit-code' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'offices'
            set helps "--faults"\t"Only lines with a fault." "--exit-code"\t"With --faults - exit status 4 when there are any." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'office evacuate'
            set spec '--to=offices' '--calls-to=-' '--until=-' '--back' '-y' '--yes' '--dry-run' '--reason=-' '--details' '--wait==accepted|configured|live' '--allow-deletes' '--allow-updates' '--allow-protected' '--allow-freeze' '--events' '--secrets=@file' '--wait-for-lock=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'offices'
            set helps "--to"\t"Where as many dark desks are lit as answered there." "--calls-to"\t"Where its peoples and desks numbers lead - hotline/ID, user/ID, outside/+1... Default - that offices desk front, or the main numbers hotline." "--until"\t"Until then. Default - until --back." "--back"\t"It is there again - everything goes back as it was." "-y"\t"Do not ask. Needed where there is no terminal." "--yes"\t"Do not ask. Needed where there is no terminal." "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "--details"\t"List everything, with field changes." "--wait"\t"How far to wait; configured (read back) unless told otherwise." "--allow-deletes"\t"Override the guardrail on the share of deletes." "--allow-updates"\t"Override the guardrail on the share of updates." "--allow-protected"\t"Override the protection of resources." "--allow-freeze"\t"Override a freeze." "--events"\t"Print a line of JSON for everything that happens, instead of a progress bar." "--secrets"\t"Give new lines new SIP secrets and write them to FILE (0600), this once." "--wait-for-lock"\t"Wait that long for another run to end." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'override list'
            set spec '--all' '--overdue' '--exit-code' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "--all"\t"Also those that are over." "--overdue"\t"What is over and not yet taken back on the exchanges, and why." "--exit-code"\t"With --overdue - exit status 4 when there is any." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'override clear'
            set spec '--all' '-f=@file' '--file=@file' '-y' '--yes' '--dry-run' '--reason=-' '--details' '--wait==accepted|configured|live' '--allow-deletes' '--allow-updates' '--allow-protected' '--allow-freeze' '--events' '--secrets=@file' '--wait-for-lock=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args '-*'
            set helps "--all"\t"All of them." "-f"\t"Take ids from a YAML file." "--file"\t"Take ids from a YAML file." "-y"\t"Do not ask. Needed where there is no terminal." "--yes"\t"Do not ask. Needed where there is no terminal." "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "--details"\t"List everything, with field changes." "--wait"\t"How far to wait; configured (read back) unless told otherwise." "--allow-deletes"\t"Override the guardrail on the share of deletes." "--allow-updates"\t"Override the guardrail on the share of updates." "--allow-protected"\t"Override the protection of resources." "--allow-freeze"\t"Override a freeze." "--events"\t"Print a line of JSON for everything that happens, instead of a progress bar." "--secrets"\t"Give new lines new SIP secrets and write them to FILE (0600), this once." "--wait-for-lock"\t"Wait that long for another run to end." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'override promote'
            set spec '-f=@file' '--file=@file' '-y' '--yes' '--dry-run' '--reason=-' '--details' '--wait==accepted|configured|live' '--allow-deletes' '--allow-updates' '--allow-protected' '--allow-freeze' '--events' '--secrets=@file' '--wait-for-lock=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args '-*'
            set helps "-f"\t"Take ids from a YAML file." "--file"\t"Take ids from a YAML file." "-y"\t"Do not ask. Needed where there is no terminal." "--yes"\t"Do not ask. Needed where there is no terminal." "--dry-run"\t"Show what would be done, do nothing." "--reason"\t"Why; kept in the run and the audit log. Needed to override a guardrail." "--details"\t"List everything, with field changes." "--wait"\t"How far to wait; configured (read back) unless told otherwise." "--allow-deletes"\t"Override the guardrail on the share of deletes." "--allow-updates"\t"Override the guardrail on the share of updates." "--allow-protected"\t"Override the protection of resources." "--allow-freeze"\t"Override a freeze." "--events"\t"Print a line of JSON for everything that happens, instead of a progress bar." "--secrets"\t"Give new lines new SIP secrets and write them to FILE (0600), this once." "--wait-for-lock"\t"Wait that long for another run to end." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'surge list'
            set spec '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'surge show'
            set spec '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'surges'
            set helps "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'calendar'
            set spec '--from=-' '--until=-' '--hours' '--ics=@file' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "--from"\t"From a day, 2026-11-03, or a time on; now unless told otherwise." "--until"\t"Until then; the last change known unless told otherwise." "--hours"\t"Also when hotlines open and close." "--ics"\t"Also write an iCalendar file; - prints it alone." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'match'
            set spec '--volunteers=@file' '--lists=@file' '--prefer=@file' '--weight=-' '--week=-' '--time-zone=-' '--out=@file' '--explain=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "--volunteers"\t"A CSV of volunteers; or roster - the campaigns own." "--lists"\t"A CSV of call lists." "--prefer"\t"YAML - weights, require, overlap." "--weight"\t"One weight; may be said often." "--week"\t"A day of the week the hours are of (clocks change). Default - this week." "--time-zone"\t"Of rows that say none. Default - the campaigns, if there is one here." "--out"\t"Also write the matches as CSV (0600)." "--explain"\t"Instead - every list for one volunteer, and why." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'cost'
            set spec '--month=-' '--by==office|hotline|backend' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "--month"\t"Which month. Default - this one." "--by"\t"Add up by these. Default - a line per item." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'top'
            set spec '--theme==dark|light' '--no-motion' '--hz=-' '--serve=-' '--read-only' '--acting' '--allow-remote' '--public-url=-' '--token-file=@file' '--sessions=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args '-'
            set helps "--theme"\t"Colours; t changes them (default - dark, or CAMPCTL_THEME)." "--no-motion"\t"Nothing blinks, as CAMPCTL_REDUCED_MOTION=1." "--hz"\t"Pictures a second at most, 1 to 10 (default - 5)." "--serve"\t"Show it in browsers instead (127.0.0.1 -8321; port 0 - any free one)." "--read-only"\t"With --serve - to look at, nothing can be changed from it." "--acting"\t"With --serve - changes can be made from it, also where --read-only is the default - elsewhere." "--allow-remote"\t"With --serve - let other machines reach it, without TLS." "--public-url"\t"With --serve - where a proxy with TLS shows it to others." "--token-file"\t"With --serve - a 0600 file with a token, or a line NAME TOKEN [read-only] each." "--sessions"\t"With --serve - pages open at once, at most (default - 8)." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'status'
            set spec '--check=-' '--timeout=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'watched*'
            set helps "--check"\t"End in status 18 when it does not hold. May be repeated." "--timeout"\t"How long each exchange may take to answer (default - 10)." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'watch'
            set spec '--hotline=hotlines' '--type==call-queued|call-answered|call-abandoned|call-ended|agent-state|line-state|emergency-call|gap' '--backend=backends' '--for=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "--hotline"\t"Only what is about it. May be repeated." "--type"\t"Only events of this type. May be repeated." "--backend"\t"Only what is on it. May be repeated." "--for"\t"End after 10s, 5m, 1h30m. Default - when stopped." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'alert list'
            set spec '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'alert ack'
            set spec '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args '-*'
            set helps "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'alert test'
            set spec '--to=notifiers' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'rules'
            set helps "--to"\t"Only them. May be repeated." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'alert login'
            set spec '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'notifiers'
            set helps "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'alert run'
            set spec '--for=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "--for"\t"End after 10m, 12h. Default - when stopped." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'exporter'
            set spec '--listen=-' '--allow-remote' '--once' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "--listen"\t"Where Prometheus asks." "--allow-remote"\t"Let other machines ask; nothing asks them who they are." "--once"\t"Print the metrics of one look, and end." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'backend list'
            set spec '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'backend check'
            set spec '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'backends'
            set helps "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'backend login'
            set spec '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'backends'
            set helps "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'backend init'
            set spec '--dir=@dir' '--backend=-' '--node=-' '--bind=-' '--sip-port=-' '--external=-' '--local-net=-' '--rtp=-' '--trunk=-' '--trunk-user=-' '--trunk-calls=-' '--trunk-digits' '--trunk-ping=-' '--line-calls=-' '--caller-id=-' '--home=-' '--peer=-' '--database=-' '--ami-user=-' '--ami-bind=-' '--ami-port=-' '--ami-permit=-' '--tls-cert=@file' '--tls-key=@file' '--force' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args '-'
            set helps "--dir"\t"A new or empty folder for the files." "--backend"\t"The backend it is for; the campaign fills in the rest." "--node"\t"Name of the machine (default - pbx)." "--bind"\t"Where SIP listens (default - on every address)." "--sip-port"\t"SIPs port (default - 5060)." "--external"\t"Its address as phones outside see it, behind NAT." "--local-net"\t"Nets that need no --external (default - private)." "--rtp"\t"Ports of voice (default - 10000-19999)." "--trunk"\t"The carrier; without one, no call goes outside." "--trunk-user"\t"Register there as; the password is asked for, or read from stdin." "--trunk-calls"\t"Calls it carries at once; two are kept for 911." "--trunk-digits"\t"The carrier wants numbers without a plus." "--trunk-ping"\t"Ask the carrier so often whether it is there." "--line-calls"\t"Outside calls of a line at once (default - 2)." "--caller-id"\t"Shown for lines without a number." "--home"\t"Area codes that count as local - 312,773." "--peer"\t"Another exchange of the campaign; may be repeated." "--database"\t"PostgreSQL that several machines share, as Asterisks role; without password." "--ami-user"\t"The manager user (default - campctl)." "--ami-bind"\t"Where the manager listens (default - 127.0.0.1)." "--ami-port"\t"Its port (default - 5038; with a certificate 5039)." "--ami-permit"\t"Where campctl comes from, beside this machine; may be repeated." "--tls-cert"\t"Certificate for manager and phones, on that machine." "--tls-key"\t"Its key." "--force"\t"Write into a folder that holds files; what was there is kept as .bak." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'backend poke'
            set spec '--old-pbx=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 'backends' '-*'
            set helps "--old-pbx"\t"Put N lines on it that campctl did not make." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'audit log'
            set spec '--limit=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "--limit"\t"The newest N; 0 for all." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'audit verify'
            set spec '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'store check'
            set spec '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'store migrate'
            set spec '--to=-' '-y' '--yes' '--dry-run' '--reason=-' '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "--to"\t"Where to - a servers URL without a password, or a folder." "-y"\t"Do not ask. Needed where there is no terminal." "--yes"\t"Do not ask. Needed where there is no terminal." "--dry-run"\t"Show the edit, do nothing." "--reason"\t"Why; kept in the audit log." "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'store rename'
            set spec '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'store login'
            set spec '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args 
            set helps "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case 'completion'
            set spec '-o==table|plain|json|yaml|csv' '--output==table|plain|json|yaml|csv' '-C=@dir' '--campaign=@dir' '-q' '--quiet' '--no-color' '-h' '--help'
            set args '=bash|zsh|fish'
            set helps "-o"\t"table, plain, json, yaml or csv." "--output"\t"table, plain, json, yaml or csv." "-C"\t"A campaigns folder, or any below it (default - here)." "--campaign"\t"A campaigns folder, or any below it (default - here)." "-q"\t"No words on stderr but errors." "--quiet"\t"No words on stderr but errors." "--no-color"\t"No colours, as NO_COLOR=1."
        case '*'
            return
    end
    for item in $spec
        set -l pair (string split -m 1 = -- $item)
        if test (count $pair) -eq 2; and test "x$pair[1]" = "x$prev"
            __campctl_kind $pair[2] "$cur" "$dir"
            return
        end
    end
    if string match -q -- '-*' $cur
        printf '%s\n' $helps
        return
    end
    set -l at 1
    while test $i -le (count $words)
        set -l word $words[$i]
        if contains -- $word -C --campaign
            set dir $words[(math $i + 1)]
        end
        if string match -q -- "$word=*" $spec
            set i (math $i + 1)
        else if not string match -q -- '-*' $word
            set at (math $at + 1)
        end
        set i (math $i + 1)
    end
    if test $at -gt (count $args)
        string match -q '*\*' -- $args[-1]; or return
        set at (count $args)
    end
    __campctl_kind (string replace -r '\*$' '' -- $args[$at]) "$cur" "$dir"
end

set -g __campctl_nouns \
    "init"\t"Start a campaign from a seed" \
    "validate"\t"Find everything that is wrong with the manifests" \
    "schema"\t"Print the JSON Schema that editors use" \
    "show"\t"Show what the campaign wants, now or at a time" \
    "plan"\t"Say what would be changed" \
    "apply"\t"Change it, and prove that it happened" \
    "rehearse"\t"Play a day of calls through before it comes" \
    "autopilot"\t"Apply whenever something changes, and hold service targets" \
    "runbook"\t"Follow ordered steps with times, checks and a way back" \
    "resume"\t"Go on with a run that was interrupted" \
    "rollback"\t"Undo a run" \
    "history"\t"Past runs" \
    "drift"\t"What was changed behind campctls back" \
    "adopt"\t"Take in what campctl did not create" \
    "user"\t"People and their phones" \
    "move"\t"Move people to another office; they keep their number" \
    "port"\t"Desks - light them, darken them, seat people" \
    "seat"\t"Who sits where - check people and walk-ins in and out" \
    "hotline"\t"Hotlines and their seats" \
    "number"\t"The numbers the campaign holds" \
    "office"\t"Offices, and where a 911 call would come from" \
    "override"\t"Live changes with an author, a reason and an end" \
    "surge"\t"Named windows of time that change seats and ports" \
    "calendar"\t"Every moment at which something changes" \
    "match"\t"Volunteers to call lists by what they have in common" \
    "cost"\t"What a month costs, where prices are known" \
    "top"\t"The live board - watch, and act on what you see" \
    "status"\t"What goes on now, and whether it is as expected" \
    "watch"\t"What happens, a line of JSON each, for scripts" \
    "alert"\t"What is wrong now, and who is told" \
    "exporter"\t"Metrics for Prometheus" \
    "backend"\t"Telephony systems - list, check, sign in" \
    "audit"\t"Who did what, when and why" \
    "store"\t"The campaigns own records" \
    "completion"\t"Print the completion script of a shell" \
    'help	Help on a command'

complete -c campctl -e
complete -c campctl -f -a '(__campctl)'
