/* Tables: read to their end, and misused. */
#ifndef C_HOST_TABLES_H
#define C_HOST_TABLES_H

static void print_cell(const passerelle_column_data *column, uint32_t row) {
    if (column->present[row] == 0) {
        printf(" -");
    } else if (column->kind == PASSERELLE_COLUMN_TEXT) {
        printf(" '%.*s'", (int)(column->offsets[row + 1] - column->offsets[row]), column->bytes + column->offsets[row]);
    } else {
        printf(" %lld", (long long)column->integers[row]);
    }
}

static passerelle_batch make_batch(void) {
    passerelle_batch batch;
    memset(&batch, 0, sizeof batch);
    batch.struct_size = sizeof batch;
    return batch;
}

/* Whether a text that no zero ends contains another. */
static int contains(const char *text, uint32_t len, const char *what) {
    const size_t what_len = strlen(what);
    for (size_t at = 0; at + what_len <= len; at++) {
        if (memcmp(text + at, what, what_len) == 0) {
            return 1;
        }
    }
    return 0;
}

/* A table that has been released, or that ended with its instance, says so as often as it is asked. */
static void ended_table(const passerelle_table *table) {
    const char *description = NULL;
    uint32_t len = 0;
    uint64_t done = 0, total = 0;
    passerelle_batch batch = make_batch();
    for (int round = 0; round < 2; round++) {
        expect("release once more", PASSERELLE_E_NOT_INITIALIZED, table->release(table, fresh()));
        expect("describe after the end", PASSERELLE_E_NOT_INITIALIZED,
               table->describe(table, &description, &len, fresh()));
        expect("next after the end", PASSERELLE_E_NOT_INITIALIZED, table->next(table, 5, &batch, fresh()));
        expect("progress after the end", PASSERELLE_E_NOT_INITIALIZED, table->progress(table, &done, &total, fresh()));
        expect("cancel after the end", PASSERELLE_E_NOT_INITIALIZED, table->cancel(table, fresh()));
    }
    must("nothing was written", description == NULL && len == 0 && batch.columns == NULL && total == 0);
}

/* Read a table to its end, five rows at a time; prints the first of them. */
static void read_table(const passerelle_table *table) {
    const char *description = NULL;
    uint32_t description_len = 0;
    unsigned rows = 0;
    uint64_t done = 0, total = 0;
    passerelle_batch batch = make_batch();
    expect("table.describe", PASSERELLE_OK, table->describe(table, &description, &description_len, fresh()));
    printf("%.*s\n", (int)description_len, description);
    must("the description is passerelle.table/1",
         contains(description, description_len, "\"schema\":\"passerelle.table/1\""));
    for (;;) {
        const int32_t code = table->next(table, 5, &batch, fresh());
        if (code != PASSERELLE_OK) {
            expect("table.next", PASSERELLE_OK, code);
            break;
        }
        if (batch.row_count == 0) {
            break;
        }
        must("a batch has at most the rows asked for", batch.row_count <= 5);
        for (uint32_t row = 0; row < batch.row_count && rows < 5; row++) {
            for (uint32_t column = 0; column < batch.column_count; column++) {
                print_cell(&batch.columns[column], row);
            }
            printf("\n");
        }
        rows += batch.row_count;
    }
    expect("table.next after the end", PASSERELLE_OK, table->next(table, 5, &batch, fresh()));
    must("the end stays the end", batch.row_count == 0);
    expect("table.progress", PASSERELLE_OK, table->progress(table, &done, &total, fresh()));
    printf("%u lignes, %llu/%llu\n", rows, (unsigned long long)done, (unsigned long long)total);
    expect("table.release", PASSERELLE_OK, table->release(table, fresh()));
    ended_table(table);
}

/* Every way to misuse a table, then cancel it, then release it. */
static void misuse_table(const passerelle_table *table) {
    const char *description = NULL;
    uint32_t len = 0;
    uint64_t done = 0, total = 0;
    passerelle_batch batch = make_batch(), small = make_batch();
    small.struct_size = 4;
    expect("describe of NULL", PASSERELLE_E_NULL, table->describe(NULL, &description, &len, fresh()));
    expect("describe into NULL", PASSERELLE_E_NULL, table->describe(table, NULL, &len, fresh()));
    expect("describe into NULL length", PASSERELLE_E_NULL, table->describe(table, &description, NULL, NULL));
    expect("describe with a small error", PASSERELLE_E_STRUCT_SIZE,
           table->describe(table, &description, &len, too_small()));
    must("nothing was written", description == NULL && len == 0);
    expect("next of NULL", PASSERELLE_E_NULL, table->next(NULL, 5, &batch, fresh()));
    expect("next into NULL", PASSERELLE_E_NULL, table->next(table, 5, NULL, fresh()));
    expect("next into a small batch", PASSERELLE_E_STRUCT_SIZE, table->next(table, 5, &small, fresh()));
    expect("next of no rows", PASSERELLE_E_ARGUMENT, table->next(table, 0, &batch, fresh()));
    expect("progress of NULL", PASSERELLE_E_NULL, table->progress(NULL, &done, &total, fresh()));
    expect("progress into NULL", PASSERELLE_E_NULL, table->progress(table, NULL, &total, fresh()));
    expect("progress into NULL total", PASSERELLE_E_NULL, table->progress(table, &done, NULL, NULL));
    expect("cancel of NULL", PASSERELLE_E_NULL, table->cancel(NULL, fresh()));
    expect("release of NULL", PASSERELLE_OK, table->release(NULL, fresh()));
    expect("cancel", PASSERELLE_OK, table->cancel(table, fresh()));
    expect("next after cancel", PASSERELLE_E_CANCELLED, table->next(table, 5, &batch, fresh()));
    expect("release after cancel", PASSERELLE_OK, table->release(table, NULL));
    ended_table(table);
}

#endif
