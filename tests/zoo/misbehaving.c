/* A plugin that loads well and then breaks the rules: what it is opened with says which one. */
#include "stand_in.h"

static char asked[32]; /* the context of the last open, or the last job's id */

static int asked_for(const char *what) { return strcmp(asked, what) == 0; }

static void ask(const char *text, uint32_t len) { snprintf(asked, sizeof asked, "%.*s", (int)len, text); }

static int32_t bad_get(const passerelle_plugin *plugin, uint32_t index, passerelle_contribution *contribution,
                       passerelle_error *error) {
    TRY(contributions_get(plugin, index, contribution, error));
    if (index == 1) {
        contribution->label = "Aper\xe7u";
    }
    return PASSERELLE_OK;
}

static int32_t bad_describe(const passerelle_table *table, const char **description, uint32_t *description_len,
                            passerelle_error *error) {
    TRY(table_describe(table, description, description_len, error));
    *description = "\xff{}";
    *description_len = 3;
    return PASSERELLE_OK;
}

static int32_t bad_next(const passerelle_table *table, uint32_t max_rows, passerelle_batch *batch,
                        passerelle_error *error) {
    static const uint32_t backwards[] = {0, 9, 5, 12};
    static const uint32_t cutting[] = {0, 6, 12, 12};
    static const int64_t large[] = {2, INT64_MAX, 7};
    TRY(table_next(table, max_rows, batch, error));
    passerelle_column_data *columns = ((rows *)table->table_data)->columns;
    if (asked_for("kind")) {
        columns[0].kind = 9;
    } else if (asked_for("backwards")) {
        columns[0].offsets = backwards;
    } else if (asked_for("cutting")) {
        columns[0].offsets = cutting;
    } else if (asked_for("not utf-8")) {
        columns[0].bytes = "Aubry\xff\xff\xff\xff\xff\xff\xff";
    } else if (asked_for("no texts")) {
        columns[0].bytes = NULL;
    } else if (asked_for("no present")) {
        columns[1].present = NULL;
    } else if (asked_for("no integers")) {
        columns[1].integers = NULL;
    } else if (asked_for("boolean")) {
        columns[2].integers = large;
    } else if (asked_for("date")) {
        columns[3].integers = large;
    } else if (asked_for("no columns")) {
        batch->columns = NULL;
    } else if (asked_for("too many rows")) {
        batch->row_count = max_rows + 1;
    }
    return PASSERELLE_OK;
}

static void *show_elsewhere(void *data) {
    instance *self = data;
    static int32_t code;
    code = self->forms->show(self->host, 1, "{}", 2, NULL);
    return &code;
}

static int32_t bad_open(const passerelle_plugin *plugin, const char *id, uint32_t id_len, const char *context,
                        uint32_t context_len, passerelle_error *error) {
    instance *self = plugin->plugin_data;
    ask(context, context_len);
    if (asked_for("missing slot")) {
        zoo_table.release = NULL;
        const int32_t code = show_table(self, error);
        zoo_table.release = table_release;
        return code;
    }
    if (asked_for("null table")) {
        return self->tables->show(self->host, NULL, error);
    }
    if (asked_for("garbage error")) {
        memset(error->message, 0xff, sizeof error->message);
        memset(error->detail, 0xff, sizeof error->detail);
        memset(error->sqlstate, 0xff, sizeof error->sqlstate);
        return PASSERELLE_E_IO;
    }
    if (asked_for("silent error")) {
        return PASSERELLE_E_IO;
    }
    if (asked_for("garbage form")) {
        return self->forms->show(self->host, 1, "\xff\xff", 2, error);
    }
    if (asked_for("null form")) {
        return self->forms->show(self->host, 1, NULL, 2, error);
    }
    if (asked_for("null host")) {
        return self->forms->show(NULL, 1, "{}", 2, error);
    }
    if (asked_for("small time")) {
        passerelle_time time = {.struct_size = 8};
        return self->host->now(self->host, &time, error);
    }
    if (asked_for("null needed")) {
        return self->settings->get(self->host, "database", 8, NULL, 0, NULL, error);
    }
    if (asked_for("null buffer")) {
        uint32_t needed = 77;
        const int32_t code = self->settings->get(self->host, "database", 8, NULL, 100, &needed, error);
        return needed == 77 ? code : PASSERELLE_OK;
    }
    if (asked_for("garbage log")) {
        self->log->log(self->host, PASSERELLE_LOG_ERROR, "zoo", 3, "\xff", 1);
        self->log->log(self->host, 42, "zoo", 3, "x", 1);
        return PASSERELLE_OK;
    }
    if (asked_for("wrong thread")) {
        pthread_t thread;
        void *code = NULL;
        pthread_create(&thread, NULL, show_elsewhere, self);
        pthread_join(thread, &code);
        return zoo_fail(error, *(int32_t *)code, "Mauvais fil.");
    }
    return contributions_open(plugin, id, id_len, NULL, 0, error);
}

static int32_t bad_run(const passerelle_plugin *plugin, const char *id, uint32_t id_len, const char *parameters,
                       uint32_t parameters_len, const passerelle_run *run, passerelle_outcome *outcome,
                       passerelle_error *error) {
    ask(id, id_len);
    run->progress(run, 1, 2, "\xff", 1);
    TRY(jobs_run(plugin, "migration", 9, parameters, parameters_len, run, outcome, error));
    if (asked_for("garbage text")) {
        memset(outcome->text, 0xff, sizeof outcome->text);
    } else if (asked_for("garbage kind")) {
        outcome->kind = 77;
    }
    return PASSERELLE_OK;
}

const passerelle_entry *passerelle_plugin_entry_v1(void) {
    zoo_contributions.get = bad_get;
    zoo_contributions.open = bad_open;
    zoo_jobs.run = bad_run;
    zoo_table.describe = bad_describe;
    zoo_table.next = bad_next;
    return &zoo_entry;
}
