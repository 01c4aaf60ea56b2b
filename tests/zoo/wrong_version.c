/* It speaks the next major version. */
#include "entry.h"

const passerelle_entry *passerelle_plugin_entry_v1(void) {
    zoo_entry.abi_major = PASSERELLE_ABI_MAJOR + 1;
    return &zoo_entry;
}
