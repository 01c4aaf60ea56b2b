/* An entry that passes every check; each bad library spoils one thing of it. */
#ifndef ZOO_ENTRY_H
#define ZOO_ENTRY_H

#include <stdio.h>
#include <string.h>

#include "layouts.h"

static uint32_t zoo_inits;
static _Atomic uint32_t zoo_instances;

/* Fill an error, if there is one that can be filled. */
static int32_t zoo_fail(passerelle_error *error, int32_t code, const char *message) {
    if (error != NULL) {
        if (error->struct_size != sizeof *error) {
            return PASSERELLE_E_STRUCT_SIZE;
        }
        error->code = code;
        error->native_code = 0;
        error->sqlstate[0] = '\0';
        snprintf(error->message, sizeof error->message, "%s", message);
        snprintf(error->detail, sizeof error->detail, "stand-in: code %d", (int)code);
    }
    return code;
}

static int32_t zoo_init(uint32_t abi_major, uint32_t abi_minor, passerelle_error *error) {
    if (error != NULL && error->struct_size != sizeof *error) {
        return PASSERELLE_E_STRUCT_SIZE;
    }
    if (abi_major != PASSERELLE_ABI_MAJOR || abi_minor > PASSERELLE_ABI_MINOR) {
        return zoo_fail(error, PASSERELLE_E_VERSION, "Version inconnue.");
    }
    zoo_inits++;
    return PASSERELLE_OK;
}

static int32_t zoo_deinit(passerelle_error *error) {
    if (zoo_inits == 0) {
        return zoo_fail(error, PASSERELLE_E_NOT_INITIALIZED, "La bibliothèque n'est pas initialisée.");
    }
    if (zoo_inits == 1 && zoo_instances > 0) {
        return zoo_fail(error, PASSERELLE_E_BUSY, "Une instance vit encore.");
    }
    zoo_inits--;
    return PASSERELLE_OK;
}

#ifndef ZOO_CREATE
static int32_t zoo_create(const passerelle_host *host, const passerelle_plugin **plugin, passerelle_error *error) {
    (void)host;
    (void)plugin;
    return zoo_fail(error, PASSERELLE_E_HOST_LACKS, "Rien à créer.");
}
#else
static int32_t zoo_create(const passerelle_host *host, const passerelle_plugin **plugin, passerelle_error *error);
#endif

static passerelle_entry zoo_entry = {
    sizeof(passerelle_entry), PASSERELLE_ABI_MAJOR, PASSERELLE_ABI_MINOR,
    sizeof zoo_layouts / sizeof zoo_layouts[0], zoo_layouts, "0.0.1-zoo",
    zoo_init, zoo_deinit, zoo_create,
};

#endif
