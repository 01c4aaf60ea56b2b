/* Its entry is larger than this version's. */
#include "entry.h"

const passerelle_entry *passerelle_plugin_entry_v1(void) {
    zoo_entry.struct_size = sizeof zoo_entry + 8;
    return &zoo_entry;
}
