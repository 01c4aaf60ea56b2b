# Installs what is missing on a Debian machine; sourced by scripts/demo and scripts/test. Quiet when all is there.

# The Rust that Cargo.toml asks for.
rust_wanted=1.85

say() { printf '==> %s\n' "$*"; }

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
    install chromium chromium-driver chromium-l10n fonts-inter curl
    axe_folder="target/tools/axe-core-$axe"
    [ -f "$axe_folder/axe.min.js" ] && return 0
    say "Fetching axe-core $axe"
    mkdir -p "$axe_folder"
    curl -sSf -o "$axe_folder/axe-core.tgz" "https://registry.npmjs.org/axe-core/-/axe-core-$axe.tgz"
    if ! echo "$axe_sha256  $axe_folder/axe-core.tgz" | sha256sum --check --quiet; then
        rm -f "$axe_folder/axe-core.tgz"
        echo "axe-core $axe is not what it was when this script was written." >&2
        exit 1
    fi
    tar -xzf "$axe_folder/axe-core.tgz" -C "$axe_folder" --strip-components=1 package/axe.min.js
    rm -f "$axe_folder/axe-core.tgz"
}
