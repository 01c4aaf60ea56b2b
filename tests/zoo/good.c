/* A well-behaved plugin. */
#include "stand_in.h"

const passerelle_entry *passerelle_plugin_entry_v1(void) { return &zoo_entry; }
