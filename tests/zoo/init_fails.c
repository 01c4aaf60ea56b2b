/* It does not start, and says why. */
#include "entry.h"

static int32_t init(uint32_t abi_major, uint32_t abi_minor, passerelle_error *error) {
    (void)abi_major;
    (void)abi_minor;
    return zoo_fail(error, PASSERELLE_E_IO, "Le dossier temporaire est plein.");
}

const passerelle_entry *passerelle_plugin_entry_v1(void) {
    zoo_entry.init = init;
    return &zoo_entry;
}
