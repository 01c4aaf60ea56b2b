/* The host's side: log, settings, secrets, forms, tables, jobs, mail, clock. What it is given, it keeps for the checks. */
#ifndef C_HOST_INTERFACES_H
#define C_HOST_INTERFACES_H

#define MAX_TABLES 8

/* Everything that the plugin's calls leave behind. */
typedef struct seen {
    FILE *log;
    int lines, misbehaviours, jobs, forms_shown, forms_closed, mails;
    const char *database, *data_dir;
    int year, month, day, hour, minute;
    int refuse_tables;
    uint64_t form;
    char *description;
    uint32_t description_len;
    unsigned char secret[256];
    uint32_t secret_len;
    const passerelle_table *tables[MAX_TABLES];
    int table_count;
} seen;

static seen *of(const passerelle_host *host) { return (seen *)host->host_data; }

static int same(const char *text, uint32_t len, const char *known) {
    return len == strlen(known) && memcmp(text, known, len) == 0;
}

/* Fill the plugin's error, as a host should. */
static int32_t refuse(passerelle_error *error, int32_t code, const char *message) {
    if (error != NULL && error->struct_size == sizeof *error) {
        error->code = code;
        error->native_code = 0;
        error->sqlstate[0] = '\0';
        snprintf(error->message, sizeof error->message, "%s", message);
        snprintf(error->detail, sizeof error->detail, "c_host refused");
    }
    return code;
}

static void host_log(const passerelle_host *host, int32_t level, const char *target, uint32_t target_len,
                     const char *message, uint32_t message_len) {
    seen *self = of(host);
    self->lines++;
    self->misbehaviours += level == PASSERELLE_LOG_HOST_MISBEHAVES;
    fprintf(self->log, "%d %.*s: %.*s\n", (int)level, (int)target_len, target, (int)message_len, message);
}

static int32_t give(const void *value, uint32_t len, void *buffer, uint32_t buffer_size, uint32_t *needed,
                    passerelle_error *error) {
    if (needed == NULL) {
        return refuse(error, PASSERELLE_E_NULL, "needed est nul.");
    }
    *needed = len;
    if (len > buffer_size) {
        return refuse(error, PASSERELLE_E_BUFFER_TOO_SMALL, "Le tampon est trop petit.");
    }
    if (len > 0) {
        memcpy(buffer, value, len);
    }
    return PASSERELLE_OK;
}

static int32_t settings_get(const passerelle_host *host, const char *key, uint32_t key_len, char *buffer,
                            uint32_t buffer_size, uint32_t *needed, passerelle_error *error) {
    const char *value = same(key, key_len, PASSERELLE_SETTING_DATABASE)   ? of(host)->database
                        : same(key, key_len, PASSERELLE_SETTING_DATA_DIR) ? of(host)->data_dir
                        : same(key, key_len, PASSERELLE_SETTING_USER)     ? "c_host"
                                                                          : "";
    return give(value, (uint32_t)strlen(value), buffer, buffer_size, needed, error);
}

static int32_t secrets_get(const passerelle_host *host, const char *name, uint32_t name_len, uint8_t *buffer,
                           uint32_t buffer_size, uint32_t *needed, passerelle_error *error) {
    (void)name;
    (void)name_len;
    return give(of(host)->secret, of(host)->secret_len, buffer, buffer_size, needed, error);
}

static int32_t secrets_set(const passerelle_host *host, const char *name, uint32_t name_len, const uint8_t *bytes,
                           uint32_t bytes_len, passerelle_error *error) {
    seen *self = of(host);
    (void)name;
    (void)name_len;
    if (bytes_len > sizeof self->secret) {
        return refuse(error, PASSERELLE_E_ARGUMENT, "Le secret est trop long.");
    }
    memcpy(self->secret, bytes, bytes_len);
    self->secret_len = bytes_len;
    return PASSERELLE_OK;
}

static int32_t forms_show(const passerelle_host *host, uint64_t form, const char *description, uint32_t description_len,
                          passerelle_error *error) {
    seen *self = of(host);
    char *copy = (char *)malloc((size_t)description_len + 1);
    if (copy == NULL) {
        return refuse(error, PASSERELLE_E_IO, "Mémoire insuffisante.");
    }
    memcpy(copy, description, description_len);
    copy[description_len] = '\0';
    free(self->description);
    self->description = copy;
    self->description_len = description_len;
    self->form = form;
    self->forms_shown++;
    return PASSERELLE_OK;
}

static int32_t forms_close(const passerelle_host *host, uint64_t form, passerelle_error *error) {
    if (form != of(host)->form) {
        return refuse(error, PASSERELLE_E_UNKNOWN_ID, "Ce formulaire n'est pas affiché.");
    }
    of(host)->forms_closed++;
    return PASSERELLE_OK;
}

static int32_t tables_show(const passerelle_host *host, const passerelle_table *table, passerelle_error *error) {
    seen *self = of(host);
    /* The table is this host's from here on, whatever it answers. */
    if (self->refuse_tables || self->table_count == MAX_TABLES) {
        table->release(table, NULL);
        return refuse(error, PASSERELLE_E_HOST, "Pas de place pour ce tableau.");
    }
    self->tables[self->table_count++] = table;
    return PASSERELLE_OK;
}

static int32_t register_job(const passerelle_host *host, const passerelle_job_spec *job, passerelle_error *error) {
    if (job == NULL || job->struct_size != sizeof *job) {
        return refuse(error, PASSERELLE_E_STRUCT_SIZE, "La description du travail n'a pas la bonne taille.");
    }
    printf("travail %s : %s, %s, de %02u:%02u à %02u:%02u\n", job->id, job->label, job->frequency,
           (unsigned)job->window_start_minute / 60, (unsigned)job->window_start_minute % 60,
           (unsigned)job->window_end_minute / 60, (unsigned)job->window_end_minute % 60);
    of(host)->jobs++;
    return PASSERELLE_OK;
}

static int32_t mail_send(const passerelle_host *host, const char *recipients, uint32_t recipients_len,
                         const char *subject, uint32_t subject_len, const char *body, uint32_t body_len,
                         passerelle_error *error) {
    if (recipients_len == 0 || subject_len == 0 || body_len == 0) {
        return refuse(error, PASSERELLE_E_ARGUMENT, "Le courriel est vide.");
    }
    printf("courriel à %.*s : %.*s\n%.*s", (int)recipients_len, recipients, (int)subject_len, subject, (int)body_len,
           body);
    of(host)->mails++;
    return PASSERELLE_OK;
}

static int32_t host_now(const passerelle_host *host, passerelle_time *time, passerelle_error *error) {
    const seen *self = of(host);
    if (time == NULL || time->struct_size != sizeof *time) {
        return refuse(error, PASSERELLE_E_STRUCT_SIZE, "L'heure n'a pas la bonne taille.");
    }
    time->year = self->year;
    time->month = (uint32_t)self->month;
    time->day = (uint32_t)self->day;
    time->hour = (uint32_t)self->hour;
    time->minute = (uint32_t)self->minute;
    time->second = 0;
    time->utc_offset_minutes = 60;
    return PASSERELLE_OK;
}

static const passerelle_host_log LOG = {sizeof(passerelle_host_log), PASSERELLE_LOG_TRACE, host_log};
static const passerelle_host_settings SETTINGS = {sizeof(passerelle_host_settings), settings_get};
static const passerelle_host_secrets SECRETS = {sizeof(passerelle_host_secrets), secrets_get, secrets_set};
static const passerelle_host_forms FORMS = {sizeof(passerelle_host_forms), forms_show, forms_close};
static const passerelle_host_tables TABLES = {sizeof(passerelle_host_tables), tables_show};
static const passerelle_host_jobs JOBS = {sizeof(passerelle_host_jobs), register_job};
static const passerelle_host_mail MAIL = {sizeof(passerelle_host_mail), mail_send};

static const void *get_interface(const passerelle_host *host, const char *id, uint32_t id_len) {
    (void)host;
    return same(id, id_len, PASSERELLE_HOST_LOG)        ? (const void *)&LOG
           : same(id, id_len, PASSERELLE_HOST_SETTINGS) ? (const void *)&SETTINGS
           : same(id, id_len, PASSERELLE_HOST_SECRETS)  ? (const void *)&SECRETS
           : same(id, id_len, PASSERELLE_HOST_FORMS)    ? (const void *)&FORMS
           : same(id, id_len, PASSERELLE_HOST_TABLES)   ? (const void *)&TABLES
           : same(id, id_len, PASSERELLE_HOST_JOBS)     ? (const void *)&JOBS
           : same(id, id_len, PASSERELLE_HOST_MAIL)     ? (const void *)&MAIL
                                                        : NULL;
}

static passerelle_host make_host(seen *self) {
    passerelle_host host;
    memset(&host, 0, sizeof host);
    host.struct_size = sizeof host;
    host.abi_major = PASSERELLE_ABI_MAJOR;
    host.abi_minor = PASSERELLE_ABI_MINOR;
    host.host_data = self;
    host.name = "c_host 1.0";
    host.get_interface = get_interface;
    host.now = host_now;
    return host;
}

/* One long call: whether it is to stop, how often it told how far it is. */
typedef struct watched {
    int cancelled;
    int told;
} watched;

static int32_t is_cancelled(const passerelle_run *run) { return ((const watched *)run->run_data)->cancelled; }

static void progress(const passerelle_run *run, uint64_t done, uint64_t total, const char *text, uint32_t text_len) {
    ((watched *)run->run_data)->told++;
    printf("  %llu/%llu %.*s\n", (unsigned long long)done, (unsigned long long)total, (int)text_len, text);
}

static passerelle_run make_run(watched *data) {
    passerelle_run run;
    memset(&run, 0, sizeof run);
    run.struct_size = sizeof run;
    run.run_data = data;
    run.is_cancelled = is_cancelled;
    run.progress = progress;
    return run;
}

/* A document's way to a file; a NULL file is a full disk. */
static int32_t sink_write(const passerelle_sink *sink, const uint8_t *bytes, uint32_t bytes_len,
                          passerelle_error *error) {
    FILE *file = (FILE *)sink->sink_data;
    if (file == NULL || fwrite(bytes, 1, bytes_len, file) != bytes_len) {
        return refuse(error, PASSERELLE_E_IO, "Le disque est plein.");
    }
    return PASSERELLE_OK;
}

static passerelle_sink make_sink(FILE *file) {
    passerelle_sink sink;
    memset(&sink, 0, sizeof sink);
    sink.struct_size = sizeof sink;
    sink.sink_data = file;
    sink.write = sink_write;
    return sink;
}

#endif
