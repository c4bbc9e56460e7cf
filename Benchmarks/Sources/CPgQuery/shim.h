// PostgreSQL's own grammar as libpg_query packages it, and the parts inside that its public functions wrap.
#include <pg_query.h>

// From pg_query_internal.h and PostgreSQL's parser/parser.h, whose own headers are not packaged.
void *pg_query_enter_memory_context(void);
void pg_query_exit_memory_context(void *context);
void *raw_parser(const char *text, int mode);
