/* A small plugin that keeps every rule of the ABI: it answers as the real one does, without a database. */
#ifndef ZOO_STAND_IN_H
#define ZOO_STAND_IN_H

#define ZOO_CREATE
#include "entry.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef struct instance {
    passerelle_plugin plugin;
    const passerelle_host *host;
    const passerelle_host_settings *settings;
    const passerelle_host_forms *forms;
    const passerelle_host_tables *tables;
    const passerelle_host_jobs *jobs;
    const passerelle_host_log *log;
    pthread_t main;
    int ready;
    uint64_t form; /* number of the open form, 0 if there is none */
    uint64_t last_form;
    atomic_int calls; /* running, as destroy counts them; refuses_to_end.c never ends one */
    atomic_int ended;
    struct instance *kept; /* the one made before: what was handed out is never freed */
} instance;

static instance *zoo_kept_instances;

static const void *find(const passerelle_host *host, const char *id) {
    return host->get_interface(host, id, (uint32_t)strlen(id));
}

static int same(const char *text, uint32_t len, const char *known) {
    return len == strlen(known) && memcmp(text, known, len) == 0;
}

/* What every slot of an instance checks first; OK means that `self` may be used. */
static int32_t check(const passerelle_plugin *plugin, int main_only, passerelle_error *error) {
    if (error != NULL && error->struct_size != sizeof *error) {
        return PASSERELLE_E_STRUCT_SIZE;
    }
    if (plugin == NULL) {
        return zoo_fail(error, PASSERELLE_E_NULL, "plugin est nul.");
    }
    instance *self = plugin->plugin_data;
    if (atomic_load(&self->ended)) {
        return zoo_fail(error, PASSERELLE_E_NOT_INITIALIZED, "L'instance a été détruite.");
    }
    if (!self->ready) {
        return zoo_fail(error, PASSERELLE_E_NOT_INITIALIZED, "L'instance n'est pas initialisée.");
    }
    if (main_only && !pthread_equal(self->main, pthread_self())) {
        return zoo_fail(error, PASSERELLE_E_WRONG_THREAD, "Mauvais fil d'exécution.");
    }
    return PASSERELLE_OK;
}

/* A text argument: NULL only when it is empty, and no byte that UTF-8 never has. */
static int32_t check_text(const char *text, uint32_t len, passerelle_error *error) {
    if (text == NULL && len > 0) {
        return zoo_fail(error, PASSERELLE_E_NULL, "Un texte est nul.");
    }
    for (uint32_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] >= 0xF8) {
            return zoo_fail(error, PASSERELLE_E_NOT_UTF8, "Un texte n'est pas en UTF-8.");
        }
    }
    return PASSERELLE_OK;
}

#define TRY(call)                       \
    do {                                \
        const int32_t tried = (call);   \
        if (tried != PASSERELLE_OK) {   \
            return tried;               \
        }                               \
    } while (0)

#define CHECK_SIZE(pointer, error)                                                          \
    do {                                                                                    \
        if ((pointer) == NULL) {                                                            \
            return zoo_fail(error, PASSERELLE_E_NULL, "Une structure est nulle.");          \
        }                                                                                   \
        if ((pointer)->struct_size != sizeof *(pointer)) {                                  \
            return zoo_fail(error, PASSERELLE_E_STRUCT_SIZE, "Une structure est trop petite."); \
        }                                                                                   \
    } while (0)

/* Table: three rows, one column of each kind. */

typedef struct rows {
    passerelle_table table;
    instance *owner;
    struct rows *kept; /* the one made before */
    atomic_int cancelled;
    atomic_int ended;
    uint32_t next;
    passerelle_column_data columns[4];
} rows;

#define ROWS 3u
static const char DESCRIPTION[] =
    "{\"schema\":\"passerelle.table/1\",\"id\":\"donnees-envoyees\",\"title\":\"Données envoyées\",\"columns\":["
    "{\"id\":\"nom_apprenant\",\"label\":\"nom_apprenant\",\"group\":\"CANDIDAT\",\"kind\":\"text\",\"provenance_of\":null},"
    "{\"id\":\"annee_formation\",\"label\":\"annee_formation\",\"group\":\"FORMATION\",\"kind\":\"integer\",\"provenance_of\":null},"
    "{\"id\":\"rqth_apprenant\",\"label\":\"rqth_apprenant\",\"group\":\"CANDIDAT\",\"kind\":\"boolean\",\"provenance_of\":null},"
    "{\"id\":\"date_inscription\",\"label\":\"date_inscription\",\"group\":\"FORMATION\",\"kind\":\"date\",\"provenance_of\":null}]}";
static const char NAMES[] = "AubryÉluard";
static const uint32_t NAME_OFFSETS[ROWS + 1] = {0, 5, 12, 12};
static const uint8_t ALL[ROWS] = {1, 1, 1};
static const uint8_t NOT_LAST[ROWS] = {1, 1, 0};
static const int64_t YEARS[ROWS] = {1, 2, 3};
static const int64_t FLAGS[ROWS] = {0, 1, 0};
static const int64_t DAYS[ROWS] = {20697, 0, -1};

static rows *zoo_kept_rows;

static int32_t table_check(const passerelle_table *table, passerelle_error *error) {
    if (error != NULL && error->struct_size != sizeof *error) {
        return PASSERELLE_E_STRUCT_SIZE;
    }
    if (table == NULL) {
        return zoo_fail(error, PASSERELLE_E_NULL, "table est nulle.");
    }
    rows *self = table->table_data;
    return atomic_load(&self->ended) || atomic_load(&self->owner->ended)
               ? zoo_fail(error, PASSERELLE_E_NOT_INITIALIZED, "Le tableau est fermé.")
               : PASSERELLE_OK;
}

static int32_t table_describe(const passerelle_table *table, const char **description, uint32_t *description_len,
                              passerelle_error *error) {
    TRY(table_check(table, error));
    if (description == NULL || description_len == NULL) {
        return zoo_fail(error, PASSERELLE_E_NULL, "Un résultat est nul.");
    }
    *description = DESCRIPTION;
    *description_len = sizeof DESCRIPTION - 1;
    return PASSERELLE_OK;
}

static int32_t table_next(const passerelle_table *table, uint32_t max_rows, passerelle_batch *batch,
                          passerelle_error *error) {
    TRY(table_check(table, error));
    CHECK_SIZE(batch, error);
    if (max_rows == 0) {
        return zoo_fail(error, PASSERELLE_E_ARGUMENT, "Zéro ligne.");
    }
    rows *self = table->table_data;
    if (atomic_load(&self->cancelled)) {
        return zoo_fail(error, PASSERELLE_E_CANCELLED, "Annulé.");
    }
    const uint32_t first = self->next;
    const uint32_t count = max_rows < ROWS - first ? max_rows : ROWS - first;
    self->next += count;
    self->columns[0] = (passerelle_column_data){PASSERELLE_COLUMN_TEXT, NOT_LAST + first, NULL, NAME_OFFSETS + first, NAMES};
    self->columns[1] = (passerelle_column_data){PASSERELLE_COLUMN_INTEGER, ALL + first, YEARS + first, NULL, NULL};
    self->columns[2] = (passerelle_column_data){PASSERELLE_COLUMN_BOOLEAN, ALL + first, FLAGS + first, NULL, NULL};
    self->columns[3] = (passerelle_column_data){PASSERELLE_COLUMN_DATE, NOT_LAST + first, DAYS + first, NULL, NULL};
    batch->row_count = count;
    batch->column_count = 4;
    batch->columns = self->columns;
    return PASSERELLE_OK;
}

static int32_t table_progress(const passerelle_table *table, uint64_t *done, uint64_t *total, passerelle_error *error) {
    TRY(table_check(table, error));
    if (done == NULL || total == NULL) {
        return zoo_fail(error, PASSERELLE_E_NULL, "Un résultat est nul.");
    }
    *done = ((const rows *)table->table_data)->next;
    *total = ROWS;
    return PASSERELLE_OK;
}

static int32_t table_cancel(const passerelle_table *table, passerelle_error *error) {
    TRY(table_check(table, error));
    atomic_store(&((rows *)table->table_data)->cancelled, 1);
    return PASSERELLE_OK;
}

static int32_t table_release(const passerelle_table *table, passerelle_error *error) {
    if (table == NULL) {
        return PASSERELLE_OK;
    }
    TRY(table_check(table, error));
    atomic_store(&((rows *)table->table_data)->ended, 1);
    return PASSERELLE_OK;
}

static passerelle_table zoo_table = {
    sizeof(passerelle_table), NULL, table_describe, table_next, table_progress, table_cancel, table_release,
};

static int32_t show_table(instance *self, passerelle_error *error) {
    if (self->tables == NULL) {
        return zoo_fail(error, PASSERELLE_E_HOST_LACKS, "Cette application n'affiche pas de tableaux.");
    }
    rows *shown = calloc(1, sizeof *shown);
    if (shown == NULL) {
        return zoo_fail(error, PASSERELLE_E_IO, "Mémoire insuffisante.");
    }
    shown->table = zoo_table;
    shown->table.table_data = shown;
    shown->owner = self;
    shown->kept = zoo_kept_rows;
    zoo_kept_rows = shown;
    /* The host's from here on, whatever it answers. */
    if (self->tables->show(self->host, &shown->table, NULL) != PASSERELLE_OK) {
        return zoo_fail(error, PASSERELLE_E_HOST, "L'application n'a pas montré le tableau.");
    }
    return PASSERELLE_OK;
}

/* Form: one box, or what a library of its own describes. */

#ifdef ZOO_OWN_FORM
static int32_t show_form(instance *self, const char *value, passerelle_error *error);
static int32_t forms_event(const passerelle_plugin *plugin, uint64_t form, const passerelle_form_event *event,
                           passerelle_error *error);
#else
static int32_t show_form(instance *self, const char *value, passerelle_error *error) {
    if (self->forms == NULL) {
        return zoo_fail(error, PASSERELLE_E_HOST_LACKS, "Cette application n'affiche pas de formulaires.");
    }
    char text[512];
    const int len = snprintf(text, sizeof text,
                             "{\"schema\":\"passerelle.form/1\",\"id\":\"complements-secteur\",\"title\":\"Compléments "
                             "secteur\",\"groups\":[{\"label\":\"SIFA\",\"fields\":[{\"id\":\"passerelle_sifa\",\"kind\":"
                             "\"checkbox\",\"label\":\"Passerelle SIFA\",\"value\":%s,\"enabled\":true,\"indent\":0,"
                             "\"help\":\"\"}]}],\"buttons\":[{\"id\":\"enregistrer\",\"label\":\"Enregistrer\"}]}",
                             value);
    passerelle_error said = {.struct_size = sizeof said};
    if (self->forms->show(self->host, self->form, text, (uint32_t)len, &said) != PASSERELLE_OK) {
        return zoo_fail(error, PASSERELLE_E_HOST, said.message);
    }
    return PASSERELLE_OK;
}

static int32_t forms_event(const passerelle_plugin *plugin, uint64_t form, const passerelle_form_event *event,
                           passerelle_error *error) {
    TRY(check(plugin, 1, error));
    CHECK_SIZE(event, error);
    TRY(check_text(event->field, event->field_len, error));
    TRY(check_text(event->value, event->value_len, error));
    instance *self = plugin->plugin_data;
    if (form == 0 || form != self->form) {
        return zoo_fail(error, PASSERELLE_E_UNKNOWN_ID, "Ce formulaire n'est pas ouvert.");
    }
    switch (event->kind) {
    case PASSERELLE_FORM_CHANGED:
        if (!same(event->field, event->field_len, "passerelle_sifa")) {
            return zoo_fail(error, PASSERELLE_E_UNKNOWN_ID, "Champ inconnu.");
        }
        if (!same(event->value, event->value_len, "true") && !same(event->value, event->value_len, "false")) {
            return zoo_fail(error, PASSERELLE_E_ARGUMENT, "Une case est cochée ou non.");
        }
        return show_form(self, event->value_len == 4 ? "true" : "false", error);
    case PASSERELLE_FORM_ACTION:
        if (!same(event->field, event->field_len, "enregistrer")) {
            return zoo_fail(error, PASSERELLE_E_UNKNOWN_ID, "Bouton inconnu.");
        }
        self->form = 0;
        return self->forms->close(self->host, form, NULL) == PASSERELLE_OK
                   ? PASSERELLE_OK
                   : zoo_fail(error, PASSERELLE_E_HOST, "L'application n'a pas fermé le formulaire.");
    case PASSERELLE_FORM_CLOSED:
        self->form = 0;
        return PASSERELLE_OK;
    default:
        return zoo_fail(error, PASSERELLE_E_ARGUMENT, "Événement inconnu.");
    }
}
#endif

/* Contributions. */

#ifndef ZOO_FORM_ENTRY
#define ZOO_FORM_ENTRY "complements-secteur", "Compléments secteur", "Fichier"
#define ZOO_FORM_ID "complements-secteur"
#endif

static const passerelle_contribution CONTRIBUTIONS[] = {
    {sizeof(passerelle_contribution), PASSERELLE_CONTRIBUTION_FORM, ZOO_FORM_ENTRY},
    {sizeof(passerelle_contribution), PASSERELLE_CONTRIBUTION_TABLE, "exemple-export-nuit", "Exemple", "Inscriptions"},
    {sizeof(passerelle_contribution), PASSERELLE_CONTRIBUTION_JOB, "export-de-nuit", "Export de nuit", ""},
};
#define CONTRIBUTION_COUNT (uint32_t)(sizeof CONTRIBUTIONS / sizeof CONTRIBUTIONS[0])

static int32_t contributions_count(const passerelle_plugin *plugin, uint32_t *count, passerelle_error *error) {
    TRY(check(plugin, 0, error));
    if (count == NULL) {
        return zoo_fail(error, PASSERELLE_E_NULL, "count est nul.");
    }
    *count = CONTRIBUTION_COUNT;
    return PASSERELLE_OK;
}

static int32_t contributions_get(const passerelle_plugin *plugin, uint32_t index, passerelle_contribution *contribution,
                                 passerelle_error *error) {
    TRY(check(plugin, 0, error));
    CHECK_SIZE(contribution, error);
    if (index >= CONTRIBUTION_COUNT) {
        return zoo_fail(error, PASSERELLE_E_ARGUMENT, "Pas de contribution de ce numéro.");
    }
    *contribution = CONTRIBUTIONS[index];
    return PASSERELLE_OK;
}

static int32_t contributions_open(const passerelle_plugin *plugin, const char *id, uint32_t id_len, const char *context,
                                  uint32_t context_len, passerelle_error *error) {
    TRY(check(plugin, 1, error));
    TRY(check_text(id, id_len, error));
    TRY(check_text(context, context_len, error));
    if (context_len > 0 && context[0] != '{') {
        return zoo_fail(error, PASSERELLE_E_ARGUMENT, "Le contexte n'est pas un objet JSON.");
    }
    instance *self = plugin->plugin_data;
    if (same(id, id_len, ZOO_FORM_ID)) {
        self->form = ++self->last_form;
        return show_form(self, "false", error);
    }
    if (same(id, id_len, "exemple-export-nuit")) {
        return show_table(self, error);
    }
    return zoo_fail(error, PASSERELLE_E_UNKNOWN_ID, "Contribution inconnue.");
}

/* Jobs and documents. */

static int32_t jobs_run(const passerelle_plugin *plugin, const char *id, uint32_t id_len, const char *parameters,
                        uint32_t parameters_len, const passerelle_run *run, passerelle_outcome *outcome,
                        passerelle_error *error) {
    TRY(check(plugin, 0, error));
    TRY(check_text(id, id_len, error));
    TRY(check_text(parameters, parameters_len, error));
    CHECK_SIZE(run, error);
    CHECK_SIZE(outcome, error);
    if (run->is_cancelled == NULL) {
        return zoo_fail(error, PASSERELLE_E_NULL, "run.is_cancelled est nul.");
    }
    if (parameters_len > 0 && parameters[0] != '{') {
        return zoo_fail(error, PASSERELLE_E_ARGUMENT, "Les paramètres ne sont pas un objet JSON.");
    }
    const int night = same(id, id_len, "export-de-nuit");
    if (!night && !same(id, id_len, "migration")) {
        return zoo_fail(error, PASSERELLE_E_UNKNOWN_ID, "Travail inconnu.");
    }
    instance *self = plugin->plugin_data;
    passerelle_time time = {.struct_size = sizeof time};
    if (self->host->now(self->host, &time, NULL) != PASSERELLE_OK) {
        return zoo_fail(error, PASSERELLE_E_HOST, "L'application n'a pas donné l'heure.");
    }
    for (uint64_t done = 0; night && done <= ROWS; done++) {
        if (run->is_cancelled(run)) {
            return zoo_fail(error, PASSERELLE_E_CANCELLED, "Annulé.");
        }
        if (run->progress != NULL) {
            run->progress(run, done, ROWS, "Lecture", 7);
        }
    }
    outcome->kind = night ? PASSERELLE_OUTCOME_TO_MEND : PASSERELLE_OUTCOME_DONE;
    outcome->run_id = night ? 12 : 0;
    outcome->read = night ? ROWS : 0;
    outcome->accepted = night ? 1 : 0;
    outcome->rejected = night ? 1 : 0;
    outcome->left_out = night ? 1 : 0;
    outcome->pending = 0;
    snprintf(outcome->text, sizeof outcome->text, "%s du %04d-%02u-%02u", night ? "Nuit" : "Migration", (int)time.year,
             (unsigned)time.month, (unsigned)time.day);
    return PASSERELLE_OK;
}

static int32_t documents_write(const passerelle_plugin *plugin, const char *id, uint32_t id_len, const char *parameters,
                               uint32_t parameters_len, const passerelle_run *run, const passerelle_sink *sink,
                               passerelle_error *error) {
    TRY(check(plugin, 0, error));
    TRY(check_text(id, id_len, error));
    TRY(check_text(parameters, parameters_len, error));
    CHECK_SIZE(run, error);
    CHECK_SIZE(sink, error);
    if (sink->write == NULL) {
        return zoo_fail(error, PASSERELLE_E_NULL, "sink.write est nul.");
    }
    const char *text = same(id, id_len, "apercu.json")       ? "{\"run_date\":\"2026-11-24\",\"envoyes\":[]}\n"
                       : same(id, id_len, "reglages.json") ? "{\"secteurs\":[],\"uai\":[],\"acces\":[]}\n"
                       : same(id, id_len, "schema.sql")    ? "CREATE TABLE mna_verrou (nom VARCHAR(64));\n"
                                                           : NULL;
    if (text == NULL) {
        return zoo_fail(error, PASSERELLE_E_UNKNOWN_ID, "Document inconnu.");
    }
    for (; *text != '\0'; text++) {
        if (sink->write(sink, (const uint8_t *)text, 1, NULL) != PASSERELLE_OK) {
            return zoo_fail(error, PASSERELLE_E_HOST, "L'application n'a pas pris le document.");
        }
    }
    return PASSERELLE_OK;
}

static int32_t documents_read(const passerelle_plugin *plugin, const char *id, uint32_t id_len, const uint8_t *bytes,
                              uint32_t bytes_len, passerelle_error *error) {
    TRY(check(plugin, 0, error));
    TRY(check_text(id, id_len, error));
    if (bytes == NULL && bytes_len > 0) {
        return zoo_fail(error, PASSERELLE_E_NULL, "bytes est nul.");
    }
    if (!same(id, id_len, "reglages.json")) {
        return zoo_fail(error, PASSERELLE_E_UNKNOWN_ID, "Document inconnu.");
    }
    return bytes_len > 0 && bytes[0] == '{' ? PASSERELLE_OK
                                            : zoo_fail(error, PASSERELLE_E_SETTINGS, "Ce ne sont pas des réglages.");
}

static passerelle_plugin_contributions zoo_contributions = {
    sizeof(passerelle_plugin_contributions), contributions_count, contributions_get, contributions_open,
};
static passerelle_plugin_forms zoo_forms = {sizeof(passerelle_plugin_forms), forms_event};
static passerelle_plugin_jobs zoo_jobs = {sizeof(passerelle_plugin_jobs), jobs_run};
static passerelle_plugin_documents zoo_documents = {
    sizeof(passerelle_plugin_documents), documents_write, documents_read,
};

/* The instance. */

static int32_t plugin_init(const passerelle_plugin *plugin, passerelle_error *error) {
    if (plugin == NULL) {
        return zoo_fail(error, PASSERELLE_E_NULL, "plugin est nul.");
    }
    instance *self = plugin->plugin_data;
    if (atomic_load(&self->ended)) {
        return zoo_fail(error, PASSERELLE_E_NOT_INITIALIZED, "L'instance a été détruite.");
    }
    if (self->ready) {
        return zoo_fail(error, PASSERELLE_E_ALREADY_INITIALIZED, "L'instance est déjà initialisée.");
    }
    const passerelle_host *host = self->host;
    self->settings = find(host, PASSERELLE_HOST_SETTINGS);
    self->forms = find(host, PASSERELLE_HOST_FORMS);
    self->tables = find(host, PASSERELLE_HOST_TABLES);
    self->jobs = find(host, PASSERELLE_HOST_JOBS);
    self->log = find(host, PASSERELLE_HOST_LOG);
    if (self->settings == NULL) {
        return zoo_fail(error, PASSERELLE_E_HOST_LACKS, "L'application ne donne pas ses réglages.");
    }
    uint32_t needed = 0;
    char database[256];
    int32_t code = self->settings->get(host, "database", 8, NULL, 0, &needed, NULL);
    if (code == PASSERELLE_E_BUFFER_TOO_SMALL && needed <= sizeof database) {
        code = self->settings->get(host, "database", 8, database, sizeof database, &needed, NULL);
    }
    if (code != PASSERELLE_OK || needed == 0) {
        return zoo_fail(error, PASSERELLE_E_SETTINGS, "La base de données de l'ERP n'est pas indiquée.");
    }
    if (self->jobs != NULL) {
        const passerelle_job_spec job = {sizeof job, 1380, 300, "export-de-nuit", "Export de nuit", "une fois par nuit"};
        passerelle_error said = {.struct_size = sizeof said};
        if (self->jobs->register_job(host, &job, &said) != PASSERELLE_OK) {
            return zoo_fail(error, PASSERELLE_E_HOST, said.message);
        }
    }
    if (self->log != NULL) {
        self->log->log(host, PASSERELLE_LOG_INFO, "zoo", 3, "initialised", 11);
    }
    self->main = pthread_self();
    self->ready = 1;
    return PASSERELLE_OK;
}

static int32_t plugin_destroy(const passerelle_plugin *plugin, passerelle_error *error) {
    if (plugin == NULL) {
        return PASSERELLE_OK;
    }
    instance *self = plugin->plugin_data;
    if (error != NULL && error->struct_size != sizeof *error) {
        return PASSERELLE_E_STRUCT_SIZE;
    }
    if (atomic_load(&self->calls) > 0) {
        return zoo_fail(error, PASSERELLE_E_BUSY, "Un appel est en cours.");
    }
    if (atomic_exchange(&self->ended, 1)) {
        return zoo_fail(error, PASSERELLE_E_NOT_INITIALIZED, "L'instance a été détruite.");
    }
    zoo_instances--;
    return PASSERELLE_OK;
}

static const void *plugin_get_interface(const passerelle_plugin *plugin, const char *id, uint32_t id_len) {
    if (plugin == NULL || id == NULL || atomic_load(&((instance *)plugin->plugin_data)->ended)) {
        return NULL;
    }
    return same(id, id_len, PASSERELLE_PLUGIN_CONTRIBUTIONS) ? (const void *)&zoo_contributions
           : same(id, id_len, PASSERELLE_PLUGIN_FORMS)       ? (const void *)&zoo_forms
           : same(id, id_len, PASSERELLE_PLUGIN_JOBS)        ? (const void *)&zoo_jobs
           : same(id, id_len, PASSERELLE_PLUGIN_DOCUMENTS)   ? (const void *)&zoo_documents
                                                             : NULL;
}

static int32_t zoo_create(const passerelle_host *host, const passerelle_plugin **plugin, passerelle_error *error) {
    if (error != NULL && error->struct_size != sizeof *error) {
        return PASSERELLE_E_STRUCT_SIZE;
    }
    CHECK_SIZE(host, error);
    if (plugin == NULL) {
        return zoo_fail(error, PASSERELLE_E_NULL, "plugin est nul.");
    }
    if (host->abi_major != PASSERELLE_ABI_MAJOR) {
        return zoo_fail(error, PASSERELLE_E_VERSION, "Version inconnue.");
    }
    if (host->get_interface == NULL || host->now == NULL) {
        return zoo_fail(error, PASSERELLE_E_HOST_LACKS, "Une fonction de l'application manque.");
    }
    if (zoo_inits == 0) {
        return zoo_fail(error, PASSERELLE_E_NOT_INITIALIZED, "La bibliothèque n'est pas initialisée.");
    }
    instance *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return zoo_fail(error, PASSERELLE_E_IO, "Mémoire insuffisante.");
    }
    self->plugin = (passerelle_plugin){
        sizeof(passerelle_plugin), self, plugin_init, plugin_destroy, plugin_get_interface,
    };
    self->host = host;
    self->kept = zoo_kept_instances;
    zoo_kept_instances = self;
    zoo_instances++;
    *plugin = &self->plugin;
    return PASSERELLE_OK;
}

#endif
