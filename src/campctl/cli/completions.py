"""Completion scripts for bash, zsh and fish, written from the command tree. They never start campctl: ids come from flat files.

What a word can be is told by the metavar of its option or argument: a noun ("USER") stands for a file of ids, `a|b|c`
for its choices, FILE and DIR for paths, anything else for nothing.
"""

from __future__ import annotations

from campctl.app.complete import REF_NOUNS
from campctl.cli.catalog import CommandInfo, OptionInfo, commands
from campctl.cli.session import GITHUB
from campctl.cli.tree import GROUPS, SECTIONS

IDS = {
    "USER": "users",
    "DESK": "desks",
    "OFFICE": "offices",
    "HOTLINE": "hotlines",
    "RULE": "rules",
    "NOTIFIER": "notifiers",
    "BACKEND": "backends",
    "RUN": "runs",
    "SURGE": "surges",
    "HOTLINE|OFFICE|BACKEND": "watched",
}
PATHS = {"FILE": "@file", "PLANFILE": "@file", "RUNBOOK": "@file", "DIR": "@dir"}
TOP = ("--output", "--campaign", "--quiet", "--no-color", "--help", "--version")
NEW = frozenset({("user", "provision")})
"""Commands whose USER does not exist yet."""


def kind(metavar: str, path: tuple[str, ...]) -> str:
    """What completes a metavar: a file of ids, "@file", "@dir", "@ref", "=a|b" for choices, or "-" for nothing."""
    bare = metavar.rstrip(".").strip("[]")
    if bare == "FORMAT":
        return "=table|plain|json|yaml|csv" + ("|github" if " ".join(path) in GITHUB else "")
    if bare == "KIND/ID":
        return "@ref"
    if bare == "TYPE" and path == ("watch",):
        from campctl.app.following import TYPES

        return "=" + "|".join(TYPES)
    if bare == "SHAPE":
        from campctl.model.shapes import SHAPES

        return "=" + "|".join(SHAPES)
    if "|" in bare and bare.replace("|", "").isalpha() and bare.islower():
        return f"={bare}"
    if bare == "RUN" and path[0] == "runbook":
        return "book-runs"
    if bare == "USER" and path in NEW:
        return "-"
    return IDS.get(bare) or PATHS.get(bare) or "-"


def bash() -> str:
    """completions/campctl.bash."""
    specs = [
        f"    {_quote(info.name)}) spec={_quote(' ' + ' '.join(_spec(info)) + ' ')}; args={_quote(' '.join(_args(info)))} ;;"
        for info in commands()
    ]
    verbs = [f"    {name}) verbs={_quote(' '.join(_verbs(name)))}; usual={_quote(default)} ;;" for name, default in GROUPS.items()]
    return _fill(BASH, specs=specs, verbs=verbs)


def zsh() -> str:
    """completions/_campctl."""
    specs = []
    for info in commands():
        helps = " ".join(_quote(f"{name}:{_plain(option.help)}") for option in info.options for name in option.names)
        spec = _quote(" " + " ".join(_spec(info)) + " ")
        specs.append(f"    {_quote(info.name)}) spec={spec}; args=({' '.join(map(_quote, _args(info)))}); helps=({helps}) ;;")
    verbs = []
    for name, default in GROUPS.items():
        listed = " ".join(_quote(f"{verb}:{_plain(text)}") for verb, text in _verbs(name).items())
        verbs.append(f"    {name}) verbs=({listed}); usual={_quote(default)} ;;")
    return _fill(ZSH, specs=specs, verbs=verbs, nouns=[f"    {_quote(f'{name}:{_plain(text)}')}" for name, text in _nouns()])


def fish() -> str:
    """completions/campctl.fish."""
    specs = []
    for info in commands():
        helps = [_fish(name, option.help) for option in info.options for name in option.names]
        specs += [
            f"        case {_quote(info.name)}",
            f"            set spec {' '.join(map(_quote, _spec(info)))}",
            f"            set args {' '.join(map(_quote, _args(info)))}",
            f"            set helps {' '.join(helps)}",
        ]
    verbs = []
    for name, default in GROUPS.items():
        listed = " ".join(_fish(verb, text) for verb, text in _verbs(name).items())
        verbs += [f"        case {name}", f"            set verbs {listed}", f"            set usual {_quote(default)}"]
    return _fill(FISH, specs=specs, verbs=verbs, nouns=[f"    {_fish(name, text)} \\" for name, text in _nouns()])


def _spec(info: CommandInfo) -> list[str]:
    return [f"{name}={kind(option.metavar, info.path)}" if option.metavar else name for option in _options(info) for name in option.names]


def _options(info: CommandInfo) -> list[OptionInfo]:
    return [*info.options, OptionInfo(names=("-h", "--help"), metavar="", help="This help.", group="global")]


def _args(info: CommandInfo) -> list[str]:
    return [kind(argument.metavar, info.path) + ("*" if argument.many else "") for argument in info.arguments]


def _verbs(name: str) -> dict[str, str]:
    return {info.path[1]: info.summary for info in commands() if info.path[0] == name and len(info.path) > 1}


def _nouns() -> list[tuple[str, str]]:
    return [(name, text) for _, entries in SECTIONS for name, _, text in entries]


def _plain(text: str) -> str:
    return text.replace("`", "").replace("'", "").replace('"', "").replace(":", " -").replace("\\", "").replace("$", "")


def _quote(text: str) -> str:
    return "'" + text + "'"


def _fish(word: str, text: str) -> str:
    return f'"{word}"\\t"{_plain(text)}"'


def _fill(template: str, **parts: list[str]) -> str:
    for name, lines in {"nouns": [], **parts}.items():
        template = template.replace(f"@{name.upper()}@", "\n".join(lines))
    fixed = {
        "NOUN_NAMES": " ".join(name for name, _ in _nouns()),
        "TOP": " ".join(TOP),
        "REFS": " ".join(f"{noun}/" for noun in REF_NOUNS),
    }
    for name, text in fixed.items():
        template = template.replace(f"@{name}@", text)
    return template


BASH = r"""# bash completion for campctl. Generated: python -m campctl.cli.generate
# Nothing is started and nothing forked; ids come from .campctl/complete/ of the campaign around $PWD (or of -C DIR).

# Put into COMPREPLY the lines of sorted file $1 that begin with $2.
_campctl_ids() {
  local LC_ALL=C dir=${_campctl_dir:-$PWD} lines lo hi mid n
  [[ $dir == /* ]] || dir=$PWD/$dir
  while [[ -n $dir && ! -d $dir/.campctl/complete ]]; do dir=${dir%/*}; done
  [[ -n $dir && -r $dir/.campctl/complete/$1 ]] || return 0
  if [[ -z $2 ]]; then
    mapfile -t COMPREPLY <"$dir/.campctl/complete/$1"
    return 0
  fi
  mapfile -t lines <"$dir/.campctl/complete/$1"
  lo=0 hi=${#lines[@]} n=${#2}
  if [[ $1 == runs ]]; then  # newest first, and few
    for mid in "${lines[@]}"; do [[ ${mid:0:n} == "$2" ]] && COMPREPLY+=("$mid"); done
    return 0
  fi
  while ((lo < hi)); do mid=$(((lo + hi) / 2)); if [[ ${lines[mid]} < $2 ]]; then lo=$((mid + 1)); else hi=$mid; fi; done
  local from=$lo
  hi=${#lines[@]}
  while ((lo < hi)); do mid=$(((lo + hi) / 2)); if [[ ${lines[mid]:0:n} == "$2" ]]; then lo=$((mid + 1)); else hi=$mid; fi; done
  ((lo == from)) || mapfile -t -s "$from" -n "$((lo - from))" COMPREPLY <"$dir/.campctl/complete/$1"
}

# Put into COMPREPLY those of the words $2... that begin with $1.
_campctl_words() {
  local cur=$1 word
  shift
  for word; do [[ $word == "$cur"* ]] && COMPREPLY+=("$word"); done
}

# Complete $2 as kind $1.
_campctl_kind() {
  local IFS=$' \t\n'
  case $1 in
  - | '') ;;
  =*) IFS='|'; _campctl_words "$2" ${1#=} ;;
  @file) compopt -o default 2>/dev/null ;;
  @dir) compopt -o dirnames 2>/dev/null ;;
  @ref)
    if [[ $2 == */* ]]; then
      _campctl_ids refs "$2"
    else
      _campctl_words "$2" @REFS@
      compopt -o nospace 2>/dev/null
    fi
    ;;
  *) _campctl_ids "$1" "$2" ;;
  esac
}

_campctl() {
  local IFS=$' \t\n' cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  local noun= verb= verbs= usual= spec= args= word i at=0 _campctl_dir=
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    case $word in
    -C | --campaign) _campctl_dir=${COMP_WORDS[i+1]}; ((++i)) ;;
    -o | --output) ((++i)) ;;
    -*) [[ -z $noun ]] || break ;;
    *)
      if [[ -z $noun ]]; then
        noun=$word
        case $noun in
@VERBS@
        esac
        [[ -n $verbs ]] || { ((++i)); break; }
      else
        verb=$word
        ((++i))
        break
      fi
      ;;
    esac
  done
  if [[ -z $noun ]]; then
    case $prev in
    -C | --campaign) _campctl_kind @dir "$cur" ;;
    -o | --output) _campctl_kind '=table|plain|json|yaml|csv' "$cur" ;;
    *) if [[ $cur == -* ]]; then _campctl_words "$cur" @TOP@; else _campctl_words "$cur" @NOUN_NAMES@; fi ;;
    esac
    return 0
  fi
  if [[ -n $verbs && -z $verb ]]; then
    if [[ $cur != -* && $prev != -C && $prev != --campaign && $prev != -o && $prev != --output ]]; then
      _campctl_words "$cur" $verbs
      return 0
    fi
    verb=$usual
  fi
  case $noun${verb:+ $verb} in
@SPECS@
  *) return 0 ;;
  esac
  if [[ $spec == *" $prev="* ]]; then
    word=${spec#*" $prev="}
    _campctl_kind "${word%% *}" "$cur"
    return 0
  fi
  if [[ $cur == -* ]]; then
    for word in $spec; do [[ ${word%%=*} == "$cur"* ]] && COMPREPLY+=("${word%%=*}"); done
    return 0
  fi
  for (( ; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == -C || $word == --campaign ]]; then _campctl_dir=${COMP_WORDS[i+1]}; fi
    if [[ $spec == *" $word="* ]]; then ((++i)); elif [[ $word != -* ]]; then ((++at)); fi
  done
  set -f
  args=($args)
  set +f
  ((at < ${#args[@]})) || { [[ ${args[-1]:--} == *'*' ]] && at=$((${#args[@]} - 1)) || return 0; }
  _campctl_kind "${args[at]%\*}" "$cur"
}

complete -F _campctl campctl
"""

ZSH = r"""#compdef campctl
# zsh completion for campctl. Generated: python -m campctl.cli.generate
# campctl is never started; ids come from .campctl/complete/ of the campaign around $PWD (or of -C DIR).

# Offer the lines of file $1.
_campctl_ids() {
  local dir=${campctl_dir:-$PWD}
  local -a lines
  [[ $dir == /* ]] || dir=$PWD/$dir
  while [[ -n $dir && ! -d $dir/.campctl/complete ]]; do dir=${dir%/*}; done
  [[ -n $dir && -r $dir/.campctl/complete/$1 ]] || return 1
  lines=("${(@f)$(<$dir/.campctl/complete/$1)}")
  compadd -a lines
}

# Complete as kind $1.
_campctl_kind() {
  local -a refs
  case $1 in
  - | '') return 1 ;;
  '='*) compadd -- "${(@s:|:)${1#=}}" ;;
  @file) _files ;;
  @dir) _files -/ ;;
  @ref)
    if [[ $PREFIX == */* ]]; then
      _campctl_ids refs
    else
      refs=(@REFS@)
      compadd -S '' -- $refs
    fi
    ;;
  *) _campctl_ids $1 ;;
  esac
}

_campctl() {
  local noun= verb= usual= spec= word prev=${words[CURRENT-1]} cur=$PREFIX campctl_dir=
  local -i i at=1
  local -a verbs args helps nouns
  nouns=(
@NOUNS@
  )
  for ((i = 2; i < CURRENT; i++)); do
    word=${words[i]}
    case $word in
    -C | --campaign) campctl_dir=${words[i+1]}; ((++i)) ;;
    -o | --output) ((++i)) ;;
    -*) [[ -z $noun ]] || break ;;
    *)
      if [[ -z $noun ]]; then
        noun=$word
        case $noun in
@VERBS@
        esac
        (( $#verbs )) || { ((++i)); break; }
      else
        verb=$word
        ((++i))
        break
      fi
      ;;
    esac
  done
  if [[ -z $noun ]]; then
    case $prev in
    -C | --campaign) _campctl_kind @dir ;;
    -o | --output) _campctl_kind '=table|plain|json|yaml|csv' ;;
    *) if [[ $cur == -* ]]; then compadd -- @TOP@; else _describe -t commands command nouns; fi ;;
    esac
    return
  fi
  if (( $#verbs )) && [[ -z $verb ]]; then
    if [[ $cur != -* && $prev != (-C|--campaign|-o|--output) ]]; then
      _describe -t commands command verbs
      return
    fi
    verb=$usual
  fi
  case $noun${verb:+ $verb} in
@SPECS@
  *) return 1 ;;
  esac
  if [[ $spec == *" $prev="* ]]; then
    word=${spec#*" $prev="}
    _campctl_kind ${word%% *}
    return
  fi
  if [[ $cur == -* ]]; then
    _describe -o option helps
    return
  fi
  for (( ; i < CURRENT; i++)); do
    word=${words[i]}
    if [[ $word == (-C|--campaign) ]]; then campctl_dir=${words[i+1]}; fi
    if [[ $spec == *" $word="* ]]; then ((++i)); elif [[ $word != -* ]]; then ((++at)); fi
  done
  if (( at > $#args )); then
    [[ ${args[-1]} == *'*' ]] || return 1
    at=$#args
  fi
  _campctl_kind ${args[at]%\*}
}

if [[ $funcstack[1] == _campctl ]]; then _campctl "$@"; else compdef _campctl campctl; fi
"""

FISH = r"""# fish completion for campctl. Generated: python -m campctl.cli.generate
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
                printf '%s\n' @REFS@
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
@VERBS@
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
                    printf '%s\n' @TOP@
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
@SPECS@
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
@NOUNS@
    'help	Help on a command'

complete -c campctl -e
complete -c campctl -f -a '(__campctl)'
"""
