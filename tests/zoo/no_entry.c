/* A library of somebody else's: no entry. */
int somebody_else(void);
int somebody_else(void) { return 42; }
