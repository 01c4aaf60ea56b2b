/* Its table of layouts ends early. */
#include "entry.h"

const passerelle_entry *passerelle_plugin_entry_v1(void) {
    zoo_entry.layout_count--;
    return &zoo_entry;
}
