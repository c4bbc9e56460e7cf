// PCRE2, 8-bit code units. The width must be defined before the header is read.
// Below it: what C offers as a macro, as a function that Swift can call.
#pragma once
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

static inline int postern_refuse_callout(pcre2_callout_enumerate_block *block, void *count) {
    (void)block;
    *(int *)count += 1;
    return 0;
}
/// How many callouts a pattern has, or a negative error.
static inline int postern_count_callouts(const pcre2_code *code) {
    int count = 0;
    int result = pcre2_callout_enumerate(code, postern_refuse_callout, &count);
    return result < 0 ? result : count;
}
