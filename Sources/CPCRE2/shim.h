// PCRE2, 8-bit code units. The width must be defined before the header is read.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
