# Sourced by the scripts beside it: makes .venv with the pinned packages, once, and again when the pins change.
# Needs Python 3.11 or newer with venv; as root it installs Debian packages itself, otherwise it prints the command.

cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%s\n' "$*" >&2; }

debian() { # package...: install, or say how
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Installing Debian packages: $*"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
  else
    say "Missing: $*. Run:  sudo apt-get update && sudo apt-get install -y $*"
    exit 1
  fi
}

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
  for name in python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$name" >/dev/null && new_enough "$name"; then
      command -v "$name"
      return
    fi
  done
}

python=$(find_python)
if [ -z "$python" ]; then
  debian python3 python3-venv
  python=$(find_python)
  [ -n "$python" ] || { say "campctl needs Python 3.11 or newer; this system's python3 is older."; exit 1; }
fi
"$python" -c 'import ensurepip, venv' 2>/dev/null || debian python3-venv

extras=${extras:-}
stamp=$(cat pyproject.toml constraints.txt | cksum; echo "$extras" "$("$python" -V)")
have=$(cat .venv/.stamp 2>/dev/null || true)
# What is installed with more extras is good enough for none.
if [ "$have" != "$stamp" ] && ! { [ -z "$extras" ] && [ "${have%%$'\n'*}" = "${stamp%%$'\n'*}" ] && [ "${have##* }" = "${stamp##* }" ]; }; then
  say "Setting up .venv (once; about half a minute) ..."
  [ -x .venv/bin/python ] && new_enough .venv/bin/python || { rm -rf .venv; "$python" -m venv .venv; }
  export PIP_DISABLE_PIP_VERSION_CHECK=1
  .venv/bin/python -m pip install -q -c constraints.txt --upgrade pip
  .venv/bin/python -m pip install -q -c constraints.txt -e ".$extras"
  printf '%s\n' "$stamp" >.venv/.stamp
fi
export PATH="$PWD/.venv/bin:$PATH"
