/* It cannot make an instance. */
#include "entry.h"

const passerelle_entry *passerelle_plugin_entry_v1(void) {
    zoo_entry.create = NULL;
    return &zoo_entry;
}
