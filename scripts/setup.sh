# Installs what is missing on a Debian machine; sourced by the scripts beside it, from the folder above. Quiet when all is there.

# The Rust that Cargo.toml promises.
rust_wanted=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)

say() { printf '==> %s\n' "$*"; }

# quietly COMMAND...: keeps the words of a long command back, tells every quarter of a minute that it goes on, and shows
# the words if it fails.
quietly() {
    words=$(mktemp)
    "$@" >"$words" 2>&1 &
    command=$!
    trap 'kill "$command" 2>/dev/null; rm -f "$words"; exit 130' INT TERM
    seconds=0
    while kill -0 "$command" 2>/dev/null; do
        sleep 1
        seconds=$((seconds + 1))
        [ $((seconds % 15)) -eq 0 ] || continue
        crates=$(grep -c '^ *Compiling ' "$words") || crates=
        printf '    %s s%s\n' "$seconds" "${crates:+, $crates crates compiled}"
    done
    trap - INT TERM
    if ! wait "$command"; then
        cat "$words" >&2
        rm -f "$words"
        exit 1
    fi
    rm -f "$words"
}

# install PACKAGE...: those of them that are missing.
install() {
    missing=""
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        echo "Missing packages:$missing. Run as root, or: sudo apt-get install$missing" >&2
        exit 1
    fi
    say "Installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    [ -n "${apt_lists_fresh:-}" ] || apt-get update -qq
    apt_lists_fresh=1
    # shellcheck disable=SC2086 # a list of words
    said=$(apt-get install -y -qq --no-install-recommends $missing 2>&1) || {
        printf '%s\n' "$said" >&2
        exit 1
    }
}

# at_least WANTED FOUND: compares versions.
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

rust_found() { cargo --version 2>/dev/null | cut -d ' ' -f 2; }

candidate() { apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: *//p'; }

# Debian's cargo where it is new enough, else the newer one that Debian keeps for its web browsers.
install_rust() {
    [ -d "$HOME/.cargo/bin" ] && PATH="$HOME/.cargo/bin:$PATH" && export PATH
    at_least "$rust_wanted" "$(rust_found)" && return 0
    [ "$(id -u)" -eq 0 ] && [ -z "${apt_lists_fresh:-}" ] && apt-get update -qq && apt_lists_fresh=1
    if at_least "$rust_wanted" "$(candidate rustc)"; then
        install cargo rustc libstd-rust-dev
    else
        install cargo-web rustc-web
    fi
    if ! at_least "$rust_wanted" "$(rust_found)"; then
        echo "Rust $rust_wanted or newer is needed, and Debian offers '$(rust_found)'. Install it from https://rustup.rs." >&2
        exit 1
    fi
}

install_build_tools() {
    install ca-certificates gcc libc6-dev unixodbc unixodbc-dev libsqliteodbc
    install_rust
}

# PostgreSQL, MariaDB and their ODBC drivers. The tests start servers of their own: PostgreSQL's package is kept from
# making and starting one, and MariaDB's programs come without the package that starts it.
install_databases() {
    install odbc-postgresql odbc-mariadb mariadb-server-core mariadb-client-core
    no_cluster=/etc/postgresql-common/createcluster.d/passerelle-tests.conf
    if [ "$(id -u)" -eq 0 ] && ! ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; then
        mkdir -p "$(dirname "$no_cluster")"
        echo "create_main_cluster = false" >"$no_cluster"
        trap 'rm -f "$no_cluster"' EXIT
        install postgresql
        rm -f "$no_cluster"
        trap - EXIT
    else
        install postgresql
    fi
}

# The browser that plays the user, and the checker that looks for what would shut somebody out.
axe=4.10.3
axe_sha256=0f2b4d7dcdf7d1219df8d1959ad68e565f51d14c3f0d88bb71cd59abeb956292
install_browser() {
    install chromium chromium-driver chromium-l10n fonts-inter
    axe_folder="target/tools/axe-core-$axe"
    [ -f "$axe_folder/axe.min.js" ] && return 0
    command -v npm >/dev/null || install npm
    say "Fetching axe-core $axe"
    mkdir -p "$axe_folder"
    axe_package="$axe_folder/axe-core-$axe.tgz"
    npm pack --silent --pack-destination "$axe_folder" "axe-core@$axe" >/dev/null
    if ! echo "$axe_sha256  $axe_package" | sha256sum --check --quiet; then
        rm -f "$axe_package"
        echo "axe-core $axe is not what it was when this script was written." >&2
        exit 1
    fi
    tar -xzf "$axe_package" -C "$axe_folder" --strip-components=1 package/axe.min.js
    rm -f "$axe_package"
}
