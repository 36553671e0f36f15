#!/bin/sh
# Usage: ./install.sh [--user | --system] [--prefix DIR] [--uninstall]
#   --user        for you alone, below ~/.local (unless you are root)
#   --system      for the whole machine, below /usr/local (if you are root)
#   --prefix DIR  below DIR instead
#   --uninstall   takes it away again; configuration, keys and state stay
# Installs mdh-credentials from the archive that this file is in; enables and starts nothing. Run it from a
# newer archive to upgrade; what runs goes on with the old program until it is restarted.
set -eu

fail() {
  echo "install.sh: $*" >&2
  exit 1
}

archive=$(cd "$(dirname "$0")" && pwd)
whose=user prefix='' uninstall=no
[ "$(id -u)" != 0 ] || whose=system
while [ $# -gt 0 ]; do
  case $1 in
    --user | --system) whose=${1#--} ;;
    --prefix)
      [ $# -ge 2 ] || fail "--prefix wants a folder"
      prefix=$2
      shift
      ;;
    --uninstall) uninstall=yes ;;
    -h | --help) sed -n '2,8s/^# //p' "$0" && exit 0 ;;
    *) fail "no such option: $1 (--help lists them)" ;;
  esac
  shift
done
if [ -z "$prefix" ]; then
  prefix=/usr/local
  if [ "$whose" = user ]; then prefix=${HOME:?install.sh: HOME is not set; give --prefix DIR}/.local; fi
fi
case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
case $prefix in
  *[!A-Za-z0-9/._+@:,=-]*) fail "systemd would misread a program's path below $prefix: choose a plainer --prefix" ;;
esac
documents=$prefix/share/doc/mdh-credentials
manifest=$documents/installed-files

# Where systemd looks for the units of this kind, whatever the prefix.
units() {
  case $whose:$prefix in
    user:*) echo "${XDG_DATA_HOME:-$HOME/.local/share}/systemd/user" ;;
    system:/usr/local) echo "/usr/local/lib/systemd/$1" ;;
    *) echo "/etc/systemd/$1" ;;
  esac
}

# Asks the manager that has the units; there may be none.
manager() {
  if [ "$whose" = user ]; then systemctl --user "$@"
  elif [ -d /run/systemd/system ]; then systemctl "$@"
  fi >/dev/null 2>&1 || true
}

# By a name of its own first: a running program cannot be written into.
put() { # MODE SOURCE TARGET
  { mkdir -p "$(dirname "$3")" && cp "$2" "$3.new" && chmod "$1" "$3.new" && mv -f "$3.new" "$3"; } ||
    fail "cannot write $3: choose another --prefix, or be root"
  echo "$3" >>"$work/installed"
}

install_units() { # KIND
  for unit in "$archive/lib/systemd/$1"/*; do
    sed "s|/usr/bin/mdh-credentials|$prefix/bin/mdh-credentials|" "$unit" >"$work/unit"
    put 644 "$work/unit" "$(units "$1")/${unit##*/}"
  done
}

install_all() {
  said=$("$archive/bin/mdh-credentials" --version 2>&1) ||
    fail "the program does not run here; it is for $(cat "$archive/share/doc/mdh-credentials/architecture") and Linux with glibc 2.28 or later, not musl: $said"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  put 755 "$archive/bin/mdh-credentials" "$prefix/bin/mdh-credentials"
  (cd "$archive" && find share install.sh -type f) >"$work/shared"
  while IFS= read -r file; do
    mode=644 target=$prefix/$file
    [ "$file" != install.sh ] || mode=755 target=$documents/install.sh
    put "$mode" "$archive/$file" "$target"
  done <"$work/shared"
  install_units user
  if [ "$whose" = system ]; then
    install_units system
    mkdir -p /etc/mdh-credentials/keys && chmod 700 /etc/mdh-credentials/keys
  fi
  # What an older version had and this one has not.
  [ ! -e "$manifest" ] || grep -vxFf "$work/installed" "$manifest" | while IFS= read -r file; do rm -f "$file"; done
  cp "$work/installed" "$manifest"
  manager daemon-reload
  echo "Installed $prefix/bin/mdh-credentials. To take it away: $documents/install.sh --uninstall$(again)"
  case :$PATH: in *":$prefix/bin:"*) ;; *) echo "$prefix/bin is not in your PATH yet." ;; esac
}

# The options that lead to the same place.
again() {
  echo " --$whose --prefix $prefix"
}

remove_all() {
  [ -e "$manifest" ] || fail "nothing is installed below $prefix (there is no $manifest)"
  while IFS= read -r file; do
    case $file in */systemd/*.service | */systemd/*.socket) manager disable --now "${file##*/}" ;; esac
  done <"$manifest"
  while IFS= read -r file; do rm -f "$file"; done <"$manifest"
  rm -f "$manifest"
  find "$documents" -depth -type d -exec rmdir {} + 2>/dev/null || true
  [ "$whose" = user ] || rmdir /etc/mdh-credentials/keys /etc/mdh-credentials 2>/dev/null || true
  manager daemon-reload
  echo "Removed mdh-credentials from $prefix. Configuration, keys and state stay."
}

if [ "$uninstall" = yes ]; then remove_all; else install_all; fi
