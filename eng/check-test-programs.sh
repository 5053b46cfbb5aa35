#!/bin/sh
# Says in one sentence which programs the tests lack on this machine, and which Debian packages have them. Silent when nothing is missing.
# Run before the first test by tests/Directory.Build.targets.
missing=
packages=

lack() {
    missing="${missing:+$missing, }$1"
    packages="${packages:+$packages }$2"
}

have() { command -v "$1" >/dev/null 2>&1; }

node_is_new_enough() {
    [ "$(node -p 'process.versions.node.split(".")[0] >= 20' 2>/dev/null)" = true ]
}

have bash || lack bash bash
have gcc || lack gcc "gcc libc6-dev"
have make || lack make make
have python3 || lack python3 python3
have npm || lack npm npm
have "${CHROMIUM:-chromium}" || lack chromium chromium
if ! have node; then
    lack "Node.js 20 or newer" nodejs
elif ! node_is_new_enough; then
    lack "Node.js 20 or newer (found $(node --version 2>/dev/null))" "nodejs (of a Debian newer than 12, or from nodejs.org)"
fi
[ -z "$missing" ] && exit 0
echo "The tests need $missing, not found on this machine: apt-get install $packages."
exit 1
