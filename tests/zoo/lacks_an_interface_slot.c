/* Its instances have an interface without its function. */
#include "stand_in.h"

const passerelle_entry *passerelle_plugin_entry_v1(void) {
    zoo_jobs.run = NULL;
    return &zoo_entry;
}
