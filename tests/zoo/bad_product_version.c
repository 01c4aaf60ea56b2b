/* Its version is not a text. */
#include "entry.h"

const passerelle_entry *passerelle_plugin_entry_v1(void) {
    zoo_entry.product_version = "\xff\xfe";
    return &zoo_entry;
}
