# What the scripts of this folder share: where things are, one lock, and a private apt.
# To be sourced.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tools=$root/out/tools
cache=${XDG_CACHE_HOME:-$HOME/.cache}/tain-tools
suite=trixie

say() { printf 'tools: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# After this nobody else downloads, installs or unpacks until the script ends.
lock() {
    mkdir -p "$tools" "$cache"
    exec 9>"$cache/.lock"
    flock 9
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else die "needs root for '$*': run it as root, then call this again"; fi
}

# An apt that knows the one suite, keeps everything under out/tools/apt, and takes proxies and
# credentials from the system's configuration.
private_apt() {
    local apt=$tools/apt codename site
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    site=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(SITE)' 'Created-By: Packages' |
        awk -v r="$codename" '$1 == r && $2 == "main" { print $3; exit }')
    [ -n "$site" ] || die "no Debian mirror for '$codename' in apt's sources: add one ('deb MIRROR $codename main')"
    mkdir -p "$apt"/{state/lists/partial,cache/archives/partial,none}
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$site" $suite >"$apt/sources.list"
    cat >"$apt/apt.conf.new" <<CONF
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "-";
Dir::Etc::preferences "$apt/none.pref";
Dir::Etc::preferencesparts "$apt/none";
Dir::State "$apt/state";
Dir::State::status "/dev/null";
Dir::Cache "$apt/cache";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
CONF
    mv "$apt/apt.conf.new" "$apt/apt.conf"
    if ! compgen -G "$apt/state/lists/*_Packages*" >/dev/null; then
        APT_CONFIG=$apt/apt.conf apt-get -qq update >&2 || die "apt could not read the lists of $suite"
    fi
    APT_CONFIG=$apt/apt.conf "$@"
}

# download APT PACKAGE...: sees to it that each package's .deb is in the cache; APT is private_apt
# for the suite's packages, as_root for the system's own.
download() {
    local apt=$1 package missing=()
    shift
    for package in "$@"; do
        compgen -G "$cache/${package}_*.deb" >/dev/null || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return
    say "downloading ${missing[*]}"
    rm -rf "$cache/partial" && mkdir "$cache/partial"
    (
        cd "$cache/partial"
        get=(apt-get -qq -o APT::Sandbox::User=root download "${missing[@]}")
        "$apt" "${get[@]}" >&2 || { say "renewing apt's lists" && "$apt" apt-get -qq update >&2 && "$apt" "${get[@]}" >&2; }
    ) || die "apt could not download ${missing[*]}"
    mv "$cache/partial/"*.deb "$cache/"
}

# The path of a downloaded package's .deb.
cached() { compgen -G "$cache/${1}_*.deb" | sort -V | tail -1; }

# make_corpus DIR PACKAGE...: DIR becomes a static module proxy of the packages' modules, with
# their list in DIR/MODULES. An earlier DIR stays until the new one is whole.
make_corpus() {
    local out=$1 package deb
    shift
    download private_apt "$@"
    rm -rf "$out.new" && mkdir -p "$out.new/unpacked"
    for package in "$@"; do
        deb=$(cached "$package")
        dpkg-deb -x "$deb" "$out.new/unpacked/$package"
        printf '%s %s %s\n' "$package" "$(dpkg-deb -f "$deb" Version)" "$package/usr/share/gocode/src"
    done >"$out.new/packages"
    corpus "$out.new/unpacked" "$out.new" <"$out.new/packages" >"$out.new/MODULES" || die "the corpus could not be made"
    rm -rf "$out.new/unpacked" "$out.new/packages" "$out"
    mv "$out.new" "$out"
}

# go ARGUMENT...: the unpacked go command, offline, with a build cache of its own.
go() {
    GOFLAGS=${GOFLAGS--mod=mod} GOPROXY=off GOTOOLCHAIN=local GOWORK=off GOENV=off GOCACHE=$root/out/tests/gocache \
        "$tools/bin/go" "$@"
}

# corpus ARGUMENT...: runs the program in tests/tools/corpus.
corpus() { (cd "$root/tests/tools/corpus" && go run . "$@"); }
