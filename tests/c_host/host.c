/* A host in C: opens the library, calls every slot of every table, rightly and wrongly, and ends 0 if every answer was
 * the one that include/passerelle.h promises.
 *
 *     c_host LIBRARY CONNECTION_STRING DATA_DIR [YYYY-MM-DDThh:mm]
 *
 * Valid as C11 and as C++17. */
#define _POSIX_C_SOURCE 200809L

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../zoo/layouts.h"

#include "interfaces.h"

#include "checks.h"

#include "tables.h"

#define CONTEXT "{\"societe_id\":1,\"secteur_id\":1}"
#define REGLAGES                                                                                                      \
    "{\"secteurs\":[{\"societe_id\":1,\"secteur_id\":1}],\"uai\":[{\"id\":1,\"uai\":\"1234567A\",\"nom\":\"CFA\","    \
    "\"siret\":\"12345678994444\",\"societe_id\":1,\"secteur_id\":1}],\"acces\":[],"                             \
    "\"courriel\":{\"quand\":\"toujours\",\"destinataires\":[\"cfa@example.org\",\"dsi@example.org\"]}}"

typedef struct interfaces {
    const passerelle_plugin_contributions *contributions;
    const passerelle_plugin_forms *forms;
    const passerelle_plugin_jobs *jobs;
    const passerelle_plugin_documents *documents;
} interfaces;

static const void *find(const passerelle_plugin *plugin, const char *id) {
    return plugin->get_interface(plugin, id, (uint32_t)strlen(id));
}

static interfaces find_all(const passerelle_plugin *plugin) {
    interfaces found;
    found.contributions = (const passerelle_plugin_contributions *)find(plugin, PASSERELLE_PLUGIN_CONTRIBUTIONS);
    found.forms = (const passerelle_plugin_forms *)find(plugin, PASSERELLE_PLUGIN_FORMS);
    found.jobs = (const passerelle_plugin_jobs *)find(plugin, PASSERELLE_PLUGIN_JOBS);
    found.documents = (const passerelle_plugin_documents *)find(plugin, PASSERELLE_PLUGIN_DOCUMENTS);
    must("every interface is there", found.contributions && found.forms && found.jobs && found.documents);
    return found;
}

/* The library's own layouts are this compiler's. */
static void check_entry(const passerelle_entry *entry) {
    const uint32_t count = sizeof zoo_layouts / sizeof zoo_layouts[0];
    must("entry.struct_size", entry->struct_size == sizeof *entry);
    must("entry.abi_major", entry->abi_major == PASSERELLE_ABI_MAJOR);
    must("entry.layout_count", entry->layout_count == count);
    for (uint32_t i = 0; i < count && i < entry->layout_count; i++) {
        const passerelle_layout *ours = &zoo_layouts[i], *theirs = &entry->layouts[i];
        must(ours->name, strcmp(ours->name, theirs->name) == 0 && ours->size == theirs->size &&
                             ours->alignment == theirs->alignment && ours->field_count == theirs->field_count &&
                             memcmp(ours->offsets, theirs->offsets, ours->field_count * sizeof(uint32_t)) == 0);
    }
    printf("version %s\n", entry->product_version);
}

static void misuse_entry(const passerelle_entry *entry, const passerelle_host *host) {
    const passerelle_plugin *plugin = NULL;
    expect("deinit before init", PASSERELLE_E_NOT_INITIALIZED, entry->deinit(fresh()));
    expect("init with a small error", PASSERELLE_E_STRUCT_SIZE,
           entry->init(PASSERELLE_ABI_MAJOR, PASSERELLE_ABI_MINOR, too_small()));
    expect("create before init", PASSERELLE_E_NOT_INITIALIZED, entry->create(host, &plugin, fresh()));
    expect("init with another major", PASSERELLE_E_VERSION, entry->init(PASSERELLE_ABI_MAJOR + 1, 0, fresh()));
    expect("init with a newer minor", PASSERELLE_E_VERSION,
           entry->init(PASSERELLE_ABI_MAJOR, PASSERELLE_ABI_MINOR + 1, NULL));
    must("nothing was written", plugin == NULL);
}

static void misuse_create(const passerelle_entry *entry, const passerelle_host *host) {
    const passerelle_plugin *plugin = NULL;
    passerelle_host wrong = *host;
    expect("create of NULL", PASSERELLE_E_NULL, entry->create(NULL, &plugin, fresh()));
    expect("create into NULL", PASSERELLE_E_NULL, entry->create(host, NULL, fresh()));
    expect("create with a small error", PASSERELLE_E_STRUCT_SIZE, entry->create(host, &plugin, too_small()));
    wrong.struct_size = 4;
    expect("create with a small host", PASSERELLE_E_STRUCT_SIZE, entry->create(&wrong, &plugin, fresh()));
    wrong = *host;
    wrong.abi_major = PASSERELLE_ABI_MAJOR + 1;
    expect("create with another major", PASSERELLE_E_VERSION, entry->create(&wrong, &plugin, fresh()));
    wrong = *host;
    wrong.now = NULL;
    expect("create with a host without a clock", PASSERELLE_E_HOST_LACKS, entry->create(&wrong, &plugin, fresh()));
    must("nothing was written", plugin == NULL);
}

/* Created, but not initialised. */
static void misuse_early(const passerelle_plugin *plugin, const interfaces *in) {
    uint32_t count = 77;
    must("no interface by an unknown id", find(plugin, "passerelle.plugin.nothing/1") == NULL);
    must("no interface of NULL", plugin->get_interface(NULL, TEXT(PASSERELLE_PLUGIN_JOBS)) == NULL);
    must("no interface by a NULL id", plugin->get_interface(plugin, NULL, 5) == NULL);
    expect("destroy of NULL", PASSERELLE_OK, plugin->destroy(NULL, fresh()));
    expect("init of NULL", PASSERELLE_E_NULL, plugin->init(NULL, fresh()));
    expect("count before init", PASSERELLE_E_NOT_INITIALIZED, in->contributions->count(plugin, &count, fresh()));
    expect("open before init", PASSERELLE_E_NOT_INITIALIZED,
           in->contributions->open(plugin, TEXT("diagnostic"), NULL, 0, fresh()));
    must("nothing was written", count == 77);
}

static void use_jobs(const passerelle_plugin *plugin, const passerelle_plugin_jobs *jobs) {
    watched watch = {0, 0};
    passerelle_run run = make_run(&watch), small_run = run;
    passerelle_outcome outcome, small_outcome;
    memset(&outcome, 0, sizeof outcome);
    outcome.struct_size = sizeof outcome;
    small_outcome = outcome;
    small_run.struct_size = small_outcome.struct_size = 4;
    expect("run of NULL", PASSERELLE_E_NULL, jobs->run(NULL, TEXT("migration"), NULL, 0, &run, &outcome, fresh()));
    expect("run of a NULL id", PASSERELLE_E_NULL, jobs->run(plugin, NULL, 9, NULL, 0, &run, &outcome, fresh()));
    expect("run of bad UTF-8", PASSERELLE_E_NOT_UTF8,
           jobs->run(plugin, TEXT("\xff\xff"), NULL, 0, &run, &outcome, fresh()));
    expect("run without a run", PASSERELLE_E_NULL,
           jobs->run(plugin, TEXT("migration"), NULL, 0, NULL, &outcome, fresh()));
    expect("run with a small run", PASSERELLE_E_STRUCT_SIZE,
           jobs->run(plugin, TEXT("migration"), NULL, 0, &small_run, &outcome, fresh()));
    expect("run into NULL", PASSERELLE_E_NULL, jobs->run(plugin, TEXT("migration"), NULL, 0, &run, NULL, fresh()));
    expect("run into a small outcome", PASSERELLE_E_STRUCT_SIZE,
           jobs->run(plugin, TEXT("migration"), NULL, 0, &run, &small_outcome, fresh()));
    expect("run of an unknown job", PASSERELLE_E_UNKNOWN_ID,
           jobs->run(plugin, TEXT("inconnu"), NULL, 0, &run, &outcome, fresh()));
    must("nothing was written", outcome.kind == 0);

    expect("migration", PASSERELLE_OK, jobs->run(plugin, TEXT("migration"), NULL, 0, &run, &outcome, fresh()));
    printf("%s\n", outcome.text);
    must("its outcome is done", outcome.kind == PASSERELLE_OUTCOME_DONE);
    expect("run with parameters that are not JSON", PASSERELLE_E_ARGUMENT,
           jobs->run(plugin, TEXT("export-de-nuit"), TEXT("force"), &run, &outcome, fresh()));
}

static void run_night(const passerelle_plugin *plugin, const passerelle_plugin_jobs *jobs) {
    watched watch = {0, 0};
    passerelle_run run = make_run(&watch);
    passerelle_outcome outcome;
    memset(&outcome, 0, sizeof outcome);
    outcome.struct_size = sizeof outcome;
    expect("export-de-nuit", PASSERELLE_OK,
           jobs->run(plugin, TEXT("export-de-nuit"), TEXT("{\"force\":false}"), &run, &outcome, fresh()));
    printf("run %lld: %llu lus, %s\n", (long long)outcome.run_id, (unsigned long long)outcome.read, outcome.text);
    must("its outcome has a kind",
         outcome.kind >= PASSERELLE_OUTCOME_DONE && outcome.kind <= PASSERELLE_OUTCOME_PROBLEM);
    must("its counts add up",
         outcome.read == outcome.accepted + outcome.rejected + outcome.left_out + outcome.pending);
    must("it says something", outcome.text[0] != '\0');
}

static void write_document(const passerelle_plugin *plugin, const passerelle_plugin_documents *documents,
                           const char *data_dir, const char *id, const char *parameters) {
    char path[4096];
    watched watch = {0, 0};
    passerelle_run run = make_run(&watch);
    snprintf(path, sizeof path, "%s/%s", data_dir, id);
    FILE *file = fopen(path, "wb");
    must(path, file != NULL);
    if (file == NULL) {
        return;
    }
    passerelle_sink sink = make_sink(file);
    expect(id, PASSERELLE_OK,
           documents->write(plugin, id, (uint32_t)strlen(id), parameters, (uint32_t)strlen(parameters), &run, &sink,
                            fresh()));
    must("it is not empty", ftell(file) > 0);
    fclose(file);
}

static void use_documents(const passerelle_plugin *plugin, const passerelle_plugin_documents *documents,
                          const char *data_dir) {
    watched watch = {0, 0};
    passerelle_run run = make_run(&watch);
    passerelle_sink full = make_sink(NULL), small = full;
    small.struct_size = 4;
    expect("write of NULL", PASSERELLE_E_NULL,
           documents->write(NULL, TEXT("schema.sql"), NULL, 0, &run, &full, fresh()));
    expect("write without a run", PASSERELLE_E_NULL,
           documents->write(plugin, TEXT("schema.sql"), NULL, 0, NULL, &full, fresh()));
    expect("write into NULL", PASSERELLE_E_NULL,
           documents->write(plugin, TEXT("schema.sql"), NULL, 0, &run, NULL, fresh()));
    expect("write into a small sink", PASSERELLE_E_STRUCT_SIZE,
           documents->write(plugin, TEXT("schema.sql"), NULL, 0, &run, &small, fresh()));
    expect("write of an unknown document", PASSERELLE_E_UNKNOWN_ID,
           documents->write(plugin, TEXT("inconnu.txt"), NULL, 0, &run, &full, fresh()));
    expect("write onto a full disk", PASSERELLE_E_HOST,
           documents->write(plugin, TEXT("schema.sql"), NULL, 0, &run, &full, fresh()));
    expect("read of NULL", PASSERELLE_E_NULL,
           documents->read(NULL, TEXT("reglages.json"), (const uint8_t *)"{}", 2, fresh()));
    expect("read of NULL bytes", PASSERELLE_E_NULL, documents->read(plugin, TEXT("reglages.json"), NULL, 2, fresh()));
    expect("read of an unknown document", PASSERELLE_E_UNKNOWN_ID,
           documents->read(plugin, TEXT("inconnu.txt"), (const uint8_t *)"{}", 2, fresh()));
    expect("read of a document that is not settings", PASSERELLE_E_SETTINGS,
           documents->read(plugin, TEXT("reglages.json"), (const uint8_t *)"oui", 3, fresh()));
    expect("read of settings", PASSERELLE_OK,
           documents->read(plugin, TEXT("reglages.json"), (const uint8_t *)REGLAGES, sizeof REGLAGES - 1, fresh()));
    write_document(plugin, documents, data_dir, "schema.sql", "");
    write_document(plugin, documents, data_dir, "reglages.json", "{}");
    write_document(plugin, documents, data_dir, "apercu.json", CONTEXT);
}

static passerelle_form_event make_event(int32_t kind, const char *field, const char *value) {
    passerelle_form_event event;
    memset(&event, 0, sizeof event);
    event.struct_size = sizeof event;
    event.kind = kind;
    event.field = field;
    event.field_len = (uint32_t)strlen(field);
    event.value = value;
    event.value_len = (uint32_t)strlen(value);
    return event;
}

static void use_form(const passerelle_plugin *plugin, const interfaces *in, seen *saw) {
    const passerelle_plugin_forms *forms = in->forms;
    passerelle_form_event event = make_event(PASSERELLE_FORM_CHANGED, "passerelle_sifa", "true");
    expect("open of complements-secteur", PASSERELLE_OK,
           in->contributions->open(plugin, TEXT("complements-secteur"), TEXT(CONTEXT), fresh()));
    must("it showed a form", saw->forms_shown == 1 && strstr(saw->description, "passerelle.form/1") != NULL);
    printf("%s\n", saw->description);

    expect("event of NULL", PASSERELLE_E_NULL, forms->event(NULL, saw->form, &event, fresh()));
    expect("NULL event", PASSERELLE_E_NULL, forms->event(plugin, saw->form, NULL, fresh()));
    expect("event of an unknown form", PASSERELLE_E_UNKNOWN_ID, forms->event(plugin, 9999, &event, fresh()));
    event.struct_size = 4;
    expect("small event", PASSERELLE_E_STRUCT_SIZE, forms->event(plugin, saw->form, &event, fresh()));
    event = make_event(77, "passerelle_sifa", "true");
    expect("event of an unknown kind", PASSERELLE_E_ARGUMENT, forms->event(plugin, saw->form, &event, fresh()));
    event = make_event(PASSERELLE_FORM_CHANGED, "inconnu", "true");
    expect("event of an unknown field", PASSERELLE_E_UNKNOWN_ID, forms->event(plugin, saw->form, &event, fresh()));
    event = make_event(PASSERELLE_FORM_CHANGED, "passerelle_sifa", "oui");
    expect("a value that is not JSON", PASSERELLE_E_ARGUMENT, forms->event(plugin, saw->form, &event, fresh()));
    event = make_event(PASSERELLE_FORM_CHANGED, "\xff", "true");
    expect("a field that is not UTF-8", PASSERELLE_E_NOT_UTF8, forms->event(plugin, saw->form, &event, fresh()));

    event = make_event(PASSERELLE_FORM_CHANGED, "passerelle_sifa", "true");
    expect("ticking Passerelle SIFA", PASSERELLE_OK, forms->event(plugin, saw->form, &event, fresh()));
    must("the form was shown anew, ticked", saw->forms_shown == 2 && strstr(saw->description, "true") != NULL);
    event = make_event(PASSERELLE_FORM_ACTION, "enregistrer", "");
    expect("saving", PASSERELLE_OK, forms->event(plugin, saw->form, &event, fresh()));
    must("the form was closed", saw->forms_closed == 1);
    expect("event of a closed form", PASSERELLE_E_UNKNOWN_ID, forms->event(plugin, saw->form, &event, fresh()));

    expect("opening it again", PASSERELLE_OK,
           in->contributions->open(plugin, TEXT("complements-secteur"), TEXT(CONTEXT), fresh()));
    event = make_event(PASSERELLE_FORM_CLOSED, "", "");
    expect("closing it", PASSERELLE_OK, forms->event(plugin, saw->form, &event, fresh()));
    must("it is not closed by the plugin too", saw->forms_closed == 1);
}

static void use_contributions(const passerelle_plugin *plugin, const passerelle_plugin_contributions *menu, seen *saw) {
    uint32_t count = 0;
    passerelle_contribution contribution, small;
    memset(&contribution, 0, sizeof contribution);
    contribution.struct_size = sizeof contribution;
    small = contribution;
    small.struct_size = 4;
    expect("count of NULL", PASSERELLE_E_NULL, menu->count(NULL, &count, fresh()));
    expect("count into NULL", PASSERELLE_E_NULL, menu->count(plugin, NULL, fresh()));
    expect("count with a small error", PASSERELLE_E_STRUCT_SIZE, menu->count(plugin, &count, too_small()));
    expect("count", PASSERELLE_OK, menu->count(plugin, &count, NULL));
    expect("get of NULL", PASSERELLE_E_NULL, menu->get(NULL, 0, &contribution, fresh()));
    expect("get into NULL", PASSERELLE_E_NULL, menu->get(plugin, 0, NULL, fresh()));
    expect("get into a small one", PASSERELLE_E_STRUCT_SIZE, menu->get(plugin, 0, &small, fresh()));
    expect("get past the last", PASSERELLE_E_ARGUMENT, menu->get(plugin, count, &contribution, fresh()));
    expect("open of NULL", PASSERELLE_E_NULL, menu->open(NULL, TEXT("diagnostic"), NULL, 0, fresh()));
    expect("open of a NULL id", PASSERELLE_E_NULL, menu->open(plugin, NULL, 3, NULL, 0, fresh()));
    expect("open of bad UTF-8", PASSERELLE_E_NOT_UTF8, menu->open(plugin, TEXT("\xff"), NULL, 0, fresh()));
    expect("open of an unknown id", PASSERELLE_E_UNKNOWN_ID, menu->open(plugin, TEXT("inconnu"), NULL, 0, fresh()));
    expect("open with a context that is not JSON", PASSERELLE_E_ARGUMENT,
           menu->open(plugin, TEXT("exemple-export-nuit"), TEXT("secteur"), fresh()));
    saw->refuse_tables = 1;
    expect("open for a host that refuses", PASSERELLE_E_HOST,
           menu->open(plugin, TEXT("exemple-export-nuit"), TEXT(CONTEXT), fresh()));
    saw->refuse_tables = 0;

    for (uint32_t i = 0; i < count; i++) {
        expect("get", PASSERELLE_OK, menu->get(plugin, i, &contribution, fresh()));
        printf("%d %s : %s (%s)\n", (int)contribution.kind, contribution.id, contribution.label, contribution.menu);
        if (contribution.kind != PASSERELLE_CONTRIBUTION_TABLE) {
            continue;
        }
        expect(contribution.id, PASSERELLE_OK,
               menu->open(plugin, contribution.id, (uint32_t)strlen(contribution.id), TEXT(CONTEXT), fresh()));
        must("it showed a table", saw->table_count > 0);
        while (saw->table_count > 0) {
            read_table(saw->tables[--saw->table_count]);
        }
    }
    expect("open to misuse", PASSERELLE_OK,
           menu->open(plugin, TEXT("exemple-export-nuit"), TEXT(CONTEXT), fresh()));
    while (saw->table_count > 0) {
        misuse_table(saw->tables[--saw->table_count]);
    }
}

/* Calls on a thread that is not the instance's. */
typedef struct elsewhere {
    const passerelle_plugin *plugin;
    const interfaces *in;
} elsewhere;

static void *use_elsewhere(void *data) {
    const elsewhere *where = (const elsewhere *)data;
    passerelle_form_event event = make_event(PASSERELLE_FORM_CLOSED, "", "");
    uint32_t count = 0;
    expect("open on another thread", PASSERELLE_E_WRONG_THREAD,
           where->in->contributions->open(where->plugin, TEXT("diagnostic"), NULL, 0, fresh()));
    expect("event on another thread", PASSERELLE_E_WRONG_THREAD,
           where->in->forms->event(where->plugin, 1, &event, fresh()));
    expect("count on another thread", PASSERELLE_OK, where->in->contributions->count(where->plugin, &count, fresh()));
    run_night(where->plugin, where->in->jobs);
    expect("destroy on another thread, with a table that nobody released", PASSERELLE_OK,
           where->plugin->destroy(where->plugin, fresh()));
    return NULL;
}

/* An instance that has been destroyed says so as often as it is asked. */
static void ended_instance(const passerelle_plugin *plugin, const interfaces *in) {
    passerelle_form_event event = make_event(PASSERELLE_FORM_CLOSED, "", "");
    passerelle_contribution contribution;
    passerelle_outcome outcome;
    watched watch = {0, 0};
    passerelle_run run = make_run(&watch);
    passerelle_sink sink = make_sink(NULL);
    uint32_t count = 77;
    memset(&contribution, 0, sizeof contribution);
    contribution.struct_size = sizeof contribution;
    memset(&outcome, 0, sizeof outcome);
    outcome.struct_size = sizeof outcome;
    for (int round = 0; round < 2; round++) {
        expect("destroy once more", PASSERELLE_E_NOT_INITIALIZED, plugin->destroy(plugin, fresh()));
        expect("init after destroy", PASSERELLE_E_NOT_INITIALIZED, plugin->init(plugin, fresh()));
        must("no interface after destroy", find(plugin, PASSERELLE_PLUGIN_JOBS) == NULL);
        expect("count after destroy", PASSERELLE_E_NOT_INITIALIZED, in->contributions->count(plugin, &count, fresh()));
        expect("get after destroy", PASSERELLE_E_NOT_INITIALIZED,
               in->contributions->get(plugin, 0, &contribution, fresh()));
        expect("open after destroy", PASSERELLE_E_NOT_INITIALIZED,
               in->contributions->open(plugin, TEXT("diagnostic"), NULL, 0, fresh()));
        expect("event after destroy", PASSERELLE_E_NOT_INITIALIZED, in->forms->event(plugin, 1, &event, fresh()));
        expect("run after destroy", PASSERELLE_E_NOT_INITIALIZED,
               in->jobs->run(plugin, TEXT("migration"), NULL, 0, &run, &outcome, fresh()));
        expect("write after destroy", PASSERELLE_E_NOT_INITIALIZED,
               in->documents->write(plugin, TEXT("schema.sql"), NULL, 0, &run, &sink, fresh()));
        expect("read after destroy", PASSERELLE_E_NOT_INITIALIZED,
               in->documents->read(plugin, TEXT("reglages.json"), (const uint8_t *)"{}", 2, fresh()));
    }
    must("nothing was written", count == 77 && contribution.id == NULL && outcome.kind == 0);
}

static void use_instance(const passerelle_entry *entry, const passerelle_host *host, seen *saw) {
    const passerelle_plugin *plugin = NULL;
    const char *database = saw->database;
    pthread_t thread;
    expect("create", PASSERELLE_OK, entry->create(host, &plugin, fresh()));
    if (plugin == NULL) {
        return;
    }
    const interfaces in = find_all(plugin);
    misuse_early(plugin, &in);
    saw->database = "";
    expect("init without a database", PASSERELLE_E_SETTINGS, plugin->init(plugin, fresh()));
    saw->database = database;
    saw->jobs = 0;
    expect("init", PASSERELLE_OK, plugin->init(plugin, fresh()));
    must("it registered a job", saw->jobs >= 1);
    expect("init again", PASSERELLE_E_ALREADY_INITIALIZED, plugin->init(plugin, fresh()));
    expect("deinit while an instance lives", PASSERELLE_E_BUSY, entry->deinit(fresh()));
    use_jobs(plugin, in.jobs);
    use_documents(plugin, in.documents, saw->data_dir);
    use_form(plugin, &in, saw);
    use_contributions(plugin, in.contributions, saw);
    saw->table_count = 0;
    expect("open of a table that nobody will release", PASSERELLE_OK,
           in.contributions->open(plugin, TEXT("exemple-export-nuit"), TEXT(CONTEXT), fresh()));
    elsewhere where = {plugin, &in};
    if (pthread_create(&thread, NULL, use_elsewhere, &where) == 0) {
        pthread_join(thread, NULL);
    } else {
        must("a thread starts", 0);
    }
    while (saw->table_count > 0) {
        ended_table(saw->tables[--saw->table_count]);
    }
    ended_instance(plugin, &in);
}

int main(int argc, char **argv) {
    passerelle_plugin_entry_v1_fn get_entry = NULL;
    seen saw;
    char path[4096];
    if (argc < 4) {
        fprintf(stderr, "usage: %s LIBRARY CONNECTION_STRING DATA_DIR [YYYY-MM-DDThh:mm]\n", argv[0]);
        return 2;
    }
    memset(&saw, 0, sizeof saw);
    saw.database = argv[2];
    saw.data_dir = argv[3];
    const char *when = argc > 4 ? argv[4] : "2026-11-24T02:00";
    snprintf(path, sizeof path, "%s/journal.log", saw.data_dir);
    saw.log = fopen(path, "w");
    if (saw.log == NULL || sscanf(when, "%d-%d-%dT%d:%d", &saw.year, &saw.month, &saw.day, &saw.hour, &saw.minute) != 5) {
        fprintf(stderr, "cannot write %s, or %s is not a time\n", path, when);
        return 2;
    }
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 2;
    }
    /* ISO C has no conversion from an object's pointer to a function's; POSIX promises that this one works. */
    void *symbol = dlsym(library, "passerelle_plugin_entry_v1");
    memcpy(&get_entry, &symbol, sizeof get_entry);
    if (get_entry == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 2;
    }
    const passerelle_entry *entry = get_entry();
    const passerelle_host host = make_host(&saw);
    check_entry(entry);
    misuse_entry(entry, &host);
    for (int life = 0; life < 2; life++) {
        expect("entry.init", PASSERELLE_OK, entry->init(PASSERELLE_ABI_MAJOR, PASSERELLE_ABI_MINOR, fresh()));
        misuse_create(entry, &host);
        saw.forms_shown = saw.forms_closed = 0;
        use_instance(entry, &host, &saw);
        expect("entry.deinit", PASSERELLE_OK, entry->deinit(fresh()));
        expect("entry.deinit once too often", PASSERELLE_E_NOT_INITIALIZED, entry->deinit(fresh()));
    }
    must("the plugin logged", saw.lines > 0);
    printf("%d lignes de journal, %d fautes du programme hôte, %d courriel(s)\n", saw.lines, saw.misbehaviours,
           saw.mails);
    fclose(saw.log);
    free(saw.description);
    /* The library is not closed: it is never unloaded. */
    printf("%d échec(s)\n", failures);
    return failures == 0 ? 0 : 1;
}
