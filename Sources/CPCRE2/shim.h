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

/// What trying a pattern may still cost. A step is an item of the pattern that is tried, and a byte that is gone over.
typedef struct {
    unsigned long long left;
    size_t last;
} postern_work;

static inline int postern_spend(pcre2_callout_block *block, void *data) {
    postern_work *work = (postern_work *)data;
    size_t at = block->current_position;
    unsigned long long cost = 1 + (at > work->last ? at - work->last : 0);
    work->last = at;
    if (cost >= work->left) {
        work->left = 0;
        return PCRE2_ERROR_CALLOUT;
    }
    work->left -= cost;
    return 0;
}
/// Has a match of a pattern with automatic callouts pay for its steps, until nothing is left.
static inline void postern_pay_by(pcre2_match_context *context, postern_work *work) {
    pcre2_set_callout(context, postern_spend, work);
}
