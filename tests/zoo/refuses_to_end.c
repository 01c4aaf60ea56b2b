/* Its instances do not let themselves be destroyed. */
#include "stand_in.h"

static int32_t create(const passerelle_host *host, const passerelle_plugin **plugin, passerelle_error *error) {
    TRY(zoo_create(host, plugin, error));
    atomic_fetch_add(&((instance *)(*plugin)->plugin_data)->calls, 1);
    return PASSERELLE_OK;
}

const passerelle_entry *passerelle_plugin_entry_v1(void) {
    zoo_entry.create = create;
    return &zoo_entry;
}
