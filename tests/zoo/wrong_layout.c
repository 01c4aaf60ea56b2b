/* It lays one structure out in another way. */
#include "entry.h"

static const uint32_t offsets[] = {0, 8, 4, 16};

const passerelle_entry *passerelle_plugin_entry_v1(void) {
    for (uint32_t i = 0; i < zoo_entry.layout_count; i++) {
        if (strcmp(zoo_layouts[i].name, "passerelle_batch") == 0) {
            zoo_layouts[i].offsets = offsets;
        }
    }
    return &zoo_entry;
}
