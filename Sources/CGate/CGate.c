// The gate's one pass: class bits of sixty-four bytes at a time, combined by shifts and ANDs, and a walk over words and digit runs.
#include "CGate.h"

#include <stdlib.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

cgate_tables *cgate_make(void) { return calloc(1, sizeof(cgate_tables)); }
void cgate_free(cgate_tables *tables) { free(tables); }

static inline void include(cgate_set *into, cgate_set set) {
    into->low |= set.low;
    into->high |= set.high;
}

static inline void insert(cgate_set *into, unsigned detector) {
    if (detector < 64) into->low |= 1ull << detector;
    else if (detector < 128) into->high |= 1ull << (detector - 64);
}

// Three bytes with the bit that tells cases apart set: `SG.` and `sg.` are one head, which only makes the gate wider.
static inline uint32_t head_of(const uint8_t *bytes) {
    return ((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16) | 0x202020u;
}

static inline uint32_t hash_of(uint32_t head) { return (head * 0x9e3779b1u) >> 19; }

int cgate_add_head(cgate_tables *tables, const uint8_t *bytes, int is_context, unsigned detector) {
    uint32_t head = head_of(bytes);
    uint16_t *slot = &tables->rows[hash_of(head)];
    if (*slot == 0) {
        if (tables->row_count + 1 >= CGATE_ROWS) return 0;
        *slot = (uint16_t)++tables->row_count;
        tables->row_heads[*slot] = head;
    } else if (tables->row_heads[*slot] != head) {
        // Two heads in one slot: the row then stands for every head of this hash.
        tables->row_heads[*slot] = UINT32_MAX;
    }
    insert(is_context ? &tables->raises[*slot] : &tables->heads[*slot], detector);
    return 1;
}

void cgate_add(cgate_tables *tables, int kind, unsigned index, unsigned detector) {
    switch (kind) {
    case 0: if (index < 128) insert(&tables->runs[index], detector); break;
    case 1: if (index < 64) insert(&tables->pairs[index], detector); break;
    case 2: if (index < 64) insert(&tables->words[index], detector); break;
    case 3: if (index < CGATE_FLAGS) insert(&tables->flags[index], detector); break;
    case 4: if (index < 32) insert(&tables->digits[index], detector); break;
    default: break;
    }
}

typedef unsigned __int128 wide;

/// Bits of one class: of this block, and of the one before it.
typedef struct {
    uint64_t now, before;
} bits;

/// The class's bits at positions `by` to the left: bit i says that byte i - by is of the class.
static inline uint64_t behind(bits class, unsigned by) { return class.now << by | class.before >> (64 - by); }

enum { DIGIT, ALPHA, TOKEN, AT, PLUS, DOT, COLON, DASH, DOLLAR, EQUALS, SLASH, HIGH, PERCENT, BACKSLASH, AMPERSAND, NUMBER, OPEN, TILDE, CLASSES };

#if defined(__SSE2__)
static inline __m128i between(__m128i bytes, uint8_t from, uint8_t width) {
    __m128i shifted = _mm_sub_epi8(bytes, _mm_set1_epi8((char)from));
    return _mm_cmpeq_epi8(_mm_min_epu8(shifted, _mm_set1_epi8((char)(width - 1))), shifted);
}

static inline void classify(const uint8_t *block, uint64_t *class) {
    for (int index = 0; index < CLASSES; index++) class[index] = 0;
    for (unsigned at = 0; at < 64; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(block + at));
#define SET(name, vector) class[name] |= (uint64_t)(uint32_t)_mm_movemask_epi8(vector) << at
#define SAME(name, byte) SET(name, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte)))
        __m128i digit = between(bytes, '0', 10);
        __m128i alpha = between(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 26);
        SET(DIGIT, digit);
        SET(ALPHA, alpha);
        SET(HIGH, bytes);
        // Everything else that matters is one of a few bytes below 0x40, or `@ [ \ _`: most blocks have few of them.
        SAME(AT, '@');
        SAME(DOT, '.');
        SAME(COLON, ':');
        SAME(DASH, '-');
        SAME(SLASH, '/');
        SAME(EQUALS, '=');
        SAME(PLUS, '+');
        SAME(DOLLAR, '$');
        SAME(PERCENT, '%');
        SAME(BACKSLASH, '\\');
        SAME(AMPERSAND, '&');
        SET(OPEN, _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('(')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('['))));
        SAME(NUMBER, '#');
        SAME(TILDE, '~');
        SAME(TOKEN, '_');
#undef SAME
#undef SET
    }
    class[TOKEN] |= class[DIGIT] | class[ALPHA] | class[DASH] | class[SLASH] | class[PLUS] | class[EQUALS];
}
#else
static inline int class_of(uint8_t byte) {
    switch (byte) {
    case '@': return AT;
    case '.': return DOT;
    case ':': return COLON;
    case '-': return DASH;
    case '/': return SLASH;
    case '=': return EQUALS;
    case '+': return PLUS;
    case '$': return DOLLAR;
    case '%': return PERCENT;
    case '\\': return BACKSLASH;
    case '&': return AMPERSAND;
    case '#': return NUMBER;
    case '~': return TILDE;
    case '_': return TOKEN;
    case '(': case '[': return OPEN;
    default:
        if (byte >= 0x80) return HIGH;
        if ((uint8_t)(byte - '0') < 10) return DIGIT;
        return (uint8_t)((byte | 0x20) - 'a') < 26 ? ALPHA : CLASSES;
    }
}

static inline void classify(const uint8_t *block, uint64_t *class) {
    uint64_t found[CLASSES + 1] = {0};
    for (unsigned at = 0; at < 64; at++) found[class_of(block[at])] |= 1ull << at;
    memcpy(class, found, CLASSES * sizeof(uint64_t));
    class[TOKEN] |= class[DIGIT] | class[ALPHA] | class[DASH] | class[SLASH] | class[PLUS] | class[EQUALS];
}
#endif

typedef struct {
    const cgate_tables *tables;
    const uint8_t *text;
    size_t count;
    cgate_result *result;
    size_t word_start, run_start, run_end;
    unsigned run_length, digits, colons, dotted;
} walk;

static inline int is_letter(uint8_t byte) { return (uint8_t)((byte | 0x20) - 'a') < 26; }

static inline void word_begins(walk *walk, size_t at) {
    walk->word_start = at;
    if (walk->count - at < 3) return;
    uint32_t head = head_of(walk->text + at);
    unsigned row = walk->tables->rows[hash_of(head)];
    if (row == 0) return;
    uint32_t known = walk->tables->row_heads[row];
    if (known != head && known != UINT32_MAX) return;
    include(&walk->result->others, walk->tables->heads[row]);
    include(&walk->result->raises, walk->tables->raises[row]);
}

static inline void word_ends(walk *walk, size_t at) {
    size_t length = at - walk->word_start;
    include(&walk->result->others, walk->tables->words[length < 63 ? length : 63]);
}

static inline void run_ends(walk *walk, size_t start, size_t end) {
    unsigned length = end - start < 31 ? (unsigned)(end - start) : 31;
    unsigned before = start > 0 && is_letter(walk->text[start - 1]);
    unsigned after = end < walk->count && is_letter(walk->text[end]);
    include(&walk->result->runs, walk->tables->runs[length + 32 * (before + 2 * after)]);
    if (walk->run_length > 0 && start - walk->run_end <= 3) {
        int letters = 0;
        for (size_t at = walk->run_end; at < start; at++) letters |= is_letter(walk->text[at]);
        unsigned first = walk->run_length < 8 ? walk->run_length : 8;
        unsigned second = length < 8 ? length : 8;
        if (!letters) include(&walk->result->others, walk->tables->pairs[(first - 1) * 8 + second - 1]);
    }
    walk->run_end = end;
    walk->run_length = length;
    walk->digits += length;
}

static inline unsigned flags_of(const bits *class, walk *walk) {
    uint64_t letter = class[ALPHA].now;
    uint64_t digit = class[DIGIT].now;
    unsigned flags = 0;
    uint64_t any = class[AT].now | class[PLUS].now | class[DOT].now | class[COLON].now | class[DOLLAR].now | class[EQUALS].now
        | class[PERCENT].now | class[BACKSLASH].now | class[AMPERSAND].now | class[DASH].now | class[OPEN].now | class[HIGH].now | class[TILDE].now;
    uint64_t carried = (class[PLUS].before | class[DOT].before | class[COLON].before | class[PERCENT].before
        | class[BACKSLASH].before | class[AMPERSAND].before | class[OPEN].before) >> 62;
    if (any | carried) {
        flags |= (unsigned)(class[AT].now != 0) << CGATE_AT;
        flags |= (unsigned)((behind(class[PLUS], 1) & (digit | class[OPEN].now)) != 0) << CGATE_PLUS;
        walk->dotted += (unsigned)__builtin_popcountll(behind(class[DOT], 1) & digit & behind(class[DIGIT], 2));
        walk->colons += (unsigned)__builtin_popcountll(class[COLON].now);
        flags |= (unsigned)((behind(class[COLON], 1) & class[COLON].now) != 0 || walk->colons >= 6) << CGATE_COLONS;
        flags |= (unsigned)(walk->dotted >= 3) << CGATE_DOTTED;
        bits separators = {
            class[COLON].now | class[DASH].now | class[DOT].now, class[COLON].before | class[DASH].before | class[DOT].before};
        uint64_t apart = separators.now & behind(separators, 3) & behind(separators, 6) & behind(separators, 9) & behind(separators, 12);
        // Three groups of four, as some write a hardware address: two dots at a distance of five.
        apart |= class[DOT].now & behind(class[DOT], 5);
        flags |= (unsigned)(apart != 0) << CGATE_OCTETS;
        uint64_t dashes = class[DASH].now & behind(class[DASH], 1) & behind(class[DASH], 2) & behind(class[DASH], 3)
            & behind(class[DASH], 4);
        flags |= (unsigned)(dashes != 0) << CGATE_DASHES;
        flags |= (unsigned)(class[DOLLAR].now != 0) << CGATE_DOLLAR;
        flags |= (unsigned)(class[EQUALS].now != 0) << CGATE_EQUALS;
        flags |= (unsigned)((behind(class[COLON], 1) & class[SLASH].now) != 0) << CGATE_SCHEME;
        flags |= (unsigned)(class[COLON].now != 0) << CGATE_COLON;
        flags |= (unsigned)(class[HIGH].now != 0) << CGATE_HIGH;
        flags |= (unsigned)(class[TILDE].now != 0) << CGATE_TILDE;
        flags |= (unsigned)((behind(class[PERCENT], 1) & digit) != 0) << CGATE_PERCENT;
        flags |= (unsigned)((behind(class[BACKSLASH], 1) & (letter | class[SLASH].now)) != 0) << CGATE_BACKSLASH;
        flags |= (unsigned)((behind(class[AMPERSAND], 1) & class[NUMBER].now) != 0) << CGATE_ENTITY;
        flags |= (unsigned)((behind(class[OPEN], 1) & letter) != 0) << CGATE_PARENTHESIS;
    }
    wide token = (wide)class[TOKEN].now << 64 | class[TOKEN].before;
    token &= token >> 1;
    token &= token >> 2;
    token &= token >> 4;
    token &= token >> 8;
    flags |= (unsigned)(token != 0) << CGATE_LONG16;
    token &= token >> 16;
    token &= token >> 8;
    flags |= (unsigned)(token != 0) << CGATE_LONG40;
    return flags;
}

void cgate_scan(const cgate_tables *tables, const uint8_t *text, size_t count, cgate_result *result) {
    memset(result, 0, sizeof *result);
    walk walk = {.tables = tables, .text = text, .count = count, .result = result};
    bits class[CLASSES] = {{0, 0}};
    uint64_t now[CLASSES];
    uint64_t in_word = 0, in_run = 0;
    unsigned flags = 0;
    uint8_t rest[64];
    for (size_t at = 0; at < count; at += 64) {
        const uint8_t *block = text + at;
        if (count - at < 64) {
            memset(rest, 0, sizeof rest);
            memcpy(rest, block, count - at);
            block = rest;
        }
        classify(block, now);
        for (int index = 0; index < CLASSES; index++) {
            class[index].before = class[index].now;
            class[index].now = now[index];
        }
        flags |= flags_of(class, &walk);
        // Where words begin and end, in turn; likewise digit runs.
        uint64_t word = now[DIGIT] | now[ALPHA];
        for (uint64_t edges = word ^ (word << 1 | in_word); edges; edges &= edges - 1) {
            size_t edge = at + (size_t)__builtin_ctzll(edges);
            if (word >> (edge - at) & 1) word_begins(&walk, edge);
            else word_ends(&walk, edge);
        }
        in_word = word >> 63;
        for (uint64_t edges = now[DIGIT] ^ (now[DIGIT] << 1 | in_run); edges; edges &= edges - 1) {
            size_t edge = at + (size_t)__builtin_ctzll(edges);
            if (now[DIGIT] >> (edge - at) & 1) walk.run_start = edge;
            else run_ends(&walk, walk.run_start, edge);
        }
        in_run = now[DIGIT] >> 63;
    }
    if (in_word) word_ends(&walk, count);
    if (in_run) run_ends(&walk, walk.run_start, count);
    result->flags = flags;
    for (unsigned left = flags; left; left &= left - 1) {
        include(&result->others, tables->flags[__builtin_ctz(left)]);
    }
    cgate_set enough = tables->digits[walk.digits < 31 ? walk.digits : 31];
    result->runs.low &= enough.low;
    result->runs.high &= enough.high;
    result->others.low &= enough.low;
    result->others.high &= enough.high;
}
