/* What was expected and what came. */
#ifndef C_HOST_CHECKS_H
#define C_HOST_CHECKS_H

static int failures;
static passerelle_error last;

/* An error for the next call. */
static passerelle_error *fresh(void) {
    memset(&last, 0, sizeof last);
    last.struct_size = sizeof last;
    return &last;
}

/* An error that nobody may write to. */
static passerelle_error *too_small(void) {
    static passerelle_error error;
    memset(&error, 0, sizeof error);
    error.struct_size = 8;
    return &error;
}

/* A call that is to answer `code`, with a text in French when it fails and was given an error. */
static void expect(const char *what, int32_t code, int32_t got) {
    const int bad = got != code || (got != PASSERELLE_OK && last.code == got && last.message[0] == '\0');
    failures += bad;
    printf("%s %s: %d%s%s%s\n", bad ? "FAIL" : "ok  ", what, (int)got, bad ? ", expected another: " : "",
           got != PASSERELLE_OK && last.code == got ? " " : "",
           got != PASSERELLE_OK && last.code == got ? last.message : "");
    if (bad) {
        printf("     expected %d; detail: %s\n", (int)code, last.detail);
    }
    last.code = PASSERELLE_OK;
}

static void must(const char *what, int holds) {
    failures += !holds;
    printf("%s %s\n", holds ? "ok  " : "FAIL", what);
}

#define TEXT(text) text, (uint32_t)(sizeof text - 1)

#endif
