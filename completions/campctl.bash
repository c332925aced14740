# bash completion for campctl. Generated: python -m campctl.cli.generate
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
      _campctl_words "$2" user/ port/ office/ hotline/ number/
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
    history) verbs='list show'; usual='list' ;;
    user) verbs='list show why provision deprovision secret pause unpause'; usual='list' ;;
    port) verbs='list light dark seat secret pause unpause'; usual='list' ;;
    seat) verbs='list check-in check-out'; usual='list' ;;
    hotline) verbs='list show who scale failover plan'; usual='list' ;;
    number) verbs='list'; usual='list' ;;
    office) verbs='list show audit evacuate'; usual='list' ;;
    override) verbs='list clear promote'; usual='list' ;;
    surge) verbs='list show'; usual='list' ;;
    backend) verbs='list check login init poke'; usual='list' ;;
    alert) verbs='list ack test login run'; usual='list' ;;
    runbook) verbs='list show lint run resume undo status confirm report rehearse'; usual='list' ;;
    autopilot) verbs='run status'; usual='run' ;;
    audit) verbs='log verify'; usual='log' ;;
    store) verbs='check migrate rename login'; usual='' ;;
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
    *) if [[ $cur == -* ]]; then _campctl_words "$cur" --output --campaign --quiet --no-color --help --version; else _campctl_words "$cur" init validate schema show plan apply rehearse autopilot runbook resume rollback history drift adopt user move port seat hotline number office override surge calendar match cost top status watch alert exporter backend audit store completion; fi ;;
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
    'init') spec=' --seed==quickstart|national -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='@dir' ;;
    'validate') spec=' -o==table|plain|json|yaml|csv|github --output==table|plain|json|yaml|csv|github -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'schema') spec=' --output-file=@file --faults --runbook -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'show') spec=' --at=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='@ref' ;;
    'plan') spec=' --at=- --between=- --out=@file --target=@ref --details --exit-code --skip-unreachable -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'apply') spec=' --target=@ref --skip-unreachable -y --yes --dry-run --reason=- --details --wait==accepted|configured|live --allow-deletes --allow-updates --allow-protected --allow-freeze --events --secrets=@file --wait-for-lock=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='@file' ;;
    'rehearse') spec=' --day=- --shape==flat|ordinary|debate-night|election-day --calls=- --faults=@file --against=- --autopilot --seed=- --replications=- --interval=- --trunks=- --hotline=hotlines --html=@file -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'autopilot run') spec=' --once --standby --dry-run -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'autopilot status') spec=' -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'runbook list') spec=' -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'runbook show') spec=' --var=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='@file' ;;
    'runbook lint') spec=' --var=- -o==table|plain|json|yaml|csv|github --output==table|plain|json|yaml|csv|github -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='@file*' ;;
    'runbook run') spec=' --var=- --from=- --no-wait --dry-run --step --until=- -y --yes --events -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='@file' ;;
    'runbook resume') spec=' --assume=- --roll-back-to=- --accept-edit --no-wait --step --until=- --dry-run -y --yes --events -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='book-runs' ;;
    'runbook undo') spec=' --dry-run --events -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='book-runs -' ;;
    'runbook status') spec=' --all --follow --events -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='book-runs' ;;
    'runbook confirm') spec=' --as=- --no --why=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='book-runs -' ;;
    'runbook report') spec=' --html=@file --markdown -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='book-runs' ;;
    'runbook rehearse') spec=' --var=- --at=- --refuse=- --with-shell --html=@file --markdown -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='@file' ;;
    'resume') spec=' -y --yes --dry-run --reason=- --details --wait==accepted|configured|live --allow-deletes --allow-updates --allow-protected --allow-freeze --events --secrets=@file --wait-for-lock=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'rollback') spec=' -y --yes --dry-run --reason=- --details --wait==accepted|configured|live --allow-deletes --allow-updates --allow-protected --allow-freeze --events --secrets=@file --wait-for-lock=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='runs' ;;
    'history list') spec=' --limit=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'history show') spec=' --details -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='runs' ;;
    'drift') spec=' --backend=backends --exit-code -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'adopt') spec=' --all --backend=backends -y --yes --dry-run --reason=- --details --wait==accepted|configured|live --allow-deletes --allow-updates --allow-protected --allow-freeze --events --secrets=@file --wait-for-lock=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='@ref*' ;;
    'user list') spec=' --office=offices --role=- --skill=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'user show') spec=' -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='users' ;;
    'user why') spec=' --at=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='users' ;;
    'user provision') spec=' --name=- --office=offices --extension=- --number=- --role=- --skill=- --language=- --shift=- --permission==internal|local|national|international --floor=- --room=- -f=@file --file=@file -y --yes --dry-run --reason=- --details --wait==accepted|configured|live --allow-deletes --allow-updates --allow-protected --allow-freeze --events --secrets=@file --wait-for-lock=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='-' ;;
    'user deprovision') spec=' -f=@file --file=@file --release -y --yes --dry-run --reason=- --details --wait==accepted|configured|live --allow-deletes --allow-updates --allow-protected --allow-freeze --events --secrets=@file --wait-for-lock=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='users*' ;;
    'user secret') spec=' --backend=backends -y --yes --dry-run --reason=- --details --wait==accepted|configured|live --allow-deletes --allow-updates --allow-protected --allow-freeze --events --secrets=@file --wait-for-lock=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='users' ;;
    'user pause') spec=' --dry-run --reason=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='users' ;;
    'user unpause') spec=' --dry-run --reason=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='users' ;;
    'move') spec=' --to=offices --floor=- --room=- -f=@file --file=@file --office=offices --backend=backends --wave=- --prepare --status --allow-cut-off -y --yes --dry-run --reason=- --details --wait==accepted|configured|live --allow-deletes --allow-updates --allow-protected --allow-freeze --events --secrets=@file --wait-for-lock=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='users*' ;;
    'port list') spec=' --office=offices --state==lit|dark --at=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'port light') spec=' --office=offices --any=- --for=users --volunteer=- --hotline=hotlines --until=- -f=@file --file=@file -y --yes --dry-run --reason=- --details --wait==accepted|configured|live --allow-deletes --allow-updates --allow-protected --allow-freeze --events --secrets=@file --wait-for-lock=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='desks*' ;;
    'port dark') spec=' --office=offices --until=- -f=@file --file=@file -y --yes --dry-run --reason=- --details --wait==accepted|configured|live --allow-deletes --allow-updates --allow-protected --allow-freeze --events --secrets=@file --wait-for-lock=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='desks*' ;;
    'port seat') spec=' --office=offices --for=users --volunteer=- --hotline=hotlines --until=- -f=@file --file=@file -y --yes --dry-run --reason=- --details --wait==accepted|configured|live --allow-deletes --allow-updates --allow-protected --allow-freeze --events --secrets=@file --wait-for-lock=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='desks' ;;
    'port secret') spec=' --backend=backends -y --yes --dry-run --reason=- --details --wait==accepted|configured|live --allow-deletes --allow-updates --allow-protected --allow-freeze --events --secrets=@file --wait-for-lock=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='desks' ;;
    'port pause') spec=' --dry-run --reason=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='desks' ;;
    'port unpause') spec=' --dry-run --reason=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='desks' ;;
    'seat list') spec=' --office=offices --hotline=hotlines --empty -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'seat check-in') spec=' --office=offices --skills=- --languages=- --desk=desks --stays --hotline=hotlines --until=- --card=@file --softphone -y --yes --dry-run --reason=- --details --wait==accepted|configured|live --allow-deletes --allow-updates --allow-protected --allow-freeze --events --secrets=@file --wait-for-lock=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='-' ;;
    'seat check-out') spec=' --office=offices -y --yes --dry-run --reason=- --details --wait==accepted|configured|live --allow-deletes --allow-updates --allow-protected --allow-freeze --events --secrets=@file --wait-for-lock=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='-' ;;
    'hotline list') spec=' --at=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'hotline show') spec=' --at=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='hotlines' ;;
    'hotline who') spec=' --at=- --next=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='hotlines' ;;
    'hotline scale') spec=' --until=- -f=@file --file=@file -y --yes --dry-run --reason=- --details --wait==accepted|configured|live --allow-deletes --allow-updates --allow-protected --allow-freeze --events --secrets=@file --wait-for-lock=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='hotlines -' ;;
    'hotline failover') spec=' --to=- --until=- --back -y --yes --dry-run --reason=- --details --wait==accepted|configured|live --allow-deletes --allow-updates --allow-protected --allow-freeze --events --secrets=@file --wait-for-lock=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='hotlines' ;;
    'hotline plan') spec=' --all --day=- --calls=- --shape==flat|ordinary|debate-night|election-day --forecast=@file --target=- --patience=- --interval=- --html=@file -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='hotlines' ;;
    'number list') spec=' -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'office list') spec=' -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'office show') spec=' -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='offices' ;;
    'office audit') spec=' --faults --exit-code -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='offices' ;;
    'office evacuate') spec=' --to=offices --calls-to=- --until=- --back -y --yes --dry-run --reason=- --details --wait==accepted|configured|live --allow-deletes --allow-updates --allow-protected --allow-freeze --events --secrets=@file --wait-for-lock=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='offices' ;;
    'override list') spec=' --all --overdue --exit-code -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'override clear') spec=' --all -f=@file --file=@file -y --yes --dry-run --reason=- --details --wait==accepted|configured|live --allow-deletes --allow-updates --allow-protected --allow-freeze --events --secrets=@file --wait-for-lock=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='-*' ;;
    'override promote') spec=' -f=@file --file=@file -y --yes --dry-run --reason=- --details --wait==accepted|configured|live --allow-deletes --allow-updates --allow-protected --allow-freeze --events --secrets=@file --wait-for-lock=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='-*' ;;
    'surge list') spec=' -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'surge show') spec=' -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='surges' ;;
    'calendar') spec=' --from=- --until=- --hours --ics=@file -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'match') spec=' --volunteers=@file --lists=@file --prefer=@file --weight=- --week=- --time-zone=- --out=@file --explain=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'cost') spec=' --month=- --by==office|hotline|backend -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'top') spec=' --theme==dark|light --no-motion --hz=- --serve=- --read-only --acting --allow-remote --public-url=- --token-file=@file --sessions=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='-' ;;
    'status') spec=' --check=- --timeout=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='watched*' ;;
    'watch') spec=' --hotline=hotlines --type==call-queued|call-answered|call-abandoned|call-ended|agent-state|line-state|emergency-call|gap --backend=backends --for=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'alert list') spec=' -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'alert ack') spec=' -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='-*' ;;
    'alert test') spec=' --to=notifiers -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='rules' ;;
    'alert login') spec=' -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='notifiers' ;;
    'alert run') spec=' --for=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'exporter') spec=' --listen=- --allow-remote --once -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'backend list') spec=' -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'backend check') spec=' -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='backends' ;;
    'backend login') spec=' -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='backends' ;;
    'backend init') spec=' --dir=@dir --backend=- --node=- --bind=- --sip-port=- --external=- --local-net=- --rtp=- --trunk=- --trunk-user=- --trunk-calls=- --trunk-digits --trunk-ping=- --line-calls=- --caller-id=- --home=- --peer=- --database=- --ami-user=- --ami-bind=- --ami-port=- --ami-permit=- --tls-cert=@file --tls-key=@file --force -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='-' ;;
    'backend poke') spec=' --old-pbx=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='backends -*' ;;
    'audit log') spec=' --limit=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'audit verify') spec=' -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'store check') spec=' -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'store migrate') spec=' --to=- -y --yes --dry-run --reason=- -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'store rename') spec=' -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'store login') spec=' -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='' ;;
    'completion') spec=' -o==table|plain|json|yaml|csv --output==table|plain|json|yaml|csv -C=@dir --campaign=@dir -q --quiet --no-color -h --help '; args='=bash|zsh|fish' ;;
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
