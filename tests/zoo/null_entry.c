/* Its entry gives nothing. */
#include "entry.h"

const passerelle_entry *passerelle_plugin_entry_v1(void) {
    (void)zoo_entry;
    return NULL;
}
