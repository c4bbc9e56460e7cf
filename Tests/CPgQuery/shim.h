// PostgreSQL's own grammar as libpg_query packages it.
#include <pg_query.h>
