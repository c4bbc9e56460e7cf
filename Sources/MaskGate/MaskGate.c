// The gate's one pass: class bits of sixty-four bytes at a time, combined by shifts and ANDs, and a walk over words and digit runs.
#include "MaskGate.h"

#include <stdlib.h>
#include <string.h>
// With MASKGATE_PORTABLE the plain loops run on every machine, which is how they are tested on this one.
#if defined(__SSE2__) && !defined(MASKGATE_PORTABLE)
#include <emmintrin.h>
#endif

maskgate_tables *maskgate_make(void) {
    maskgate_tables *tables = calloc(1, sizeof(maskgate_tables));
    if (tables) tables->shortest_word = 64;
    return tables;
}
void maskgate_free(maskgate_tables *tables) { free(tables); }

static inline void include(maskgate_set *into, maskgate_set set) {
    into->low |= set.low;
    into->high |= set.high;
}

static inline void insert(maskgate_set *into, unsigned detector) {
    if (detector < 64) into->low |= 1ull << detector;
    else if (detector < 128) into->high |= 1ull << (detector - 64);
}

static inline int is_letter(uint8_t byte) { return (uint8_t)((byte | 0x20) - 'a') < 26; }

// Bytes with the bit that tells cases apart set: `SG.` and `sg.` are one head, which only makes the gate wider.
static inline uint32_t head_of(const uint8_t *bytes, uint8_t fourth) {
    uint32_t head = ((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16) | 0x202020u;
    return is_letter(fourth) ? head | (uint32_t)(fourth | 0x20) << 24 : head;
}

static inline uint32_t hash_of(uint32_t head) { return (head * 0x9e3779b1u) >> 19; }

int maskgate_add_head(maskgate_tables *tables, const uint8_t *bytes, int is_context, unsigned detector) {
    uint32_t head = head_of(bytes, bytes[3]);
    uint32_t place = hash_of(head);
    tables->taken[place >> 6] |= 1ull << (place & 63);
    while (tables->rows[place] != 0 && tables->row_heads[tables->rows[place]] != head) place = (place + 1) % MASKGATE_HEADS;
    uint16_t *slot = &tables->rows[place];
    if (*slot == 0) {
        if (tables->row_count + 1 >= MASKGATE_ROWS) return 0;
        *slot = (uint16_t)++tables->row_count;
        tables->row_heads[*slot] = head;
    }
    insert(is_context ? &tables->raises[*slot] : &tables->heads[*slot], detector);
    return 1;
}

void maskgate_add(maskgate_tables *tables, int kind, unsigned index, unsigned detector) {
    switch (kind) {
    case 0: if (index < 128) insert(&tables->runs[index], detector); break;
    case 1: if (index < 64) insert(&tables->pairs[index], detector); break;
    case 2:
        if (index < 7 || index >= 64) break;
        insert(&tables->words[index], detector);
        if (index < tables->shortest_word) tables->shortest_word = index;
        break;
    case 3: if (index < MASKGATE_FLAGS) insert(&tables->flags[index], detector); break;
    case 4: if (index < 32) insert(&tables->digits[index], detector); break;
    case 5: if (index < 32) insert(&tables->clusters[index], detector); break;
    default: break;
    }
}

typedef unsigned __int128 wide;

enum { DIGIT, ALPHA, TOKEN, AT, PLUS, DOT, COLON, DASH, DOLLAR, EQUALS, SLASH, HIGH, PERCENT, BACKSLASH, AMPERSAND, NUMBER, OPEN, TILDE, UPPER, SPACE, CLASSES };

/// Bits of every class: of a block, and of the one before it.
typedef struct {
    const uint64_t *now, *before;
} bits;

/// Bit i says that byte i - `by` is of the class; `by` is 1 to 63.
static inline uint64_t behind(bits classes, int class, unsigned by) {
    return classes.now[class] << by | classes.before[class] >> (64 - by);
}

// The class of a byte that is no letter, digit, space or comma, one more than in the enumeration; 0 is none. A table: a switch would
// be a jump that cannot be foretold.
static const uint8_t class_of[256] = {
    ['@'] = AT + 1, ['.'] = DOT + 1, [':'] = COLON + 1, ['-'] = DASH + 1, ['/'] = SLASH + 1, ['='] = EQUALS + 1, ['+'] = PLUS + 1,
    ['$'] = DOLLAR + 1, ['%'] = PERCENT + 1, ['\\'] = BACKSLASH + 1, ['&'] = AMPERSAND + 1, ['#'] = NUMBER + 1, ['~'] = TILDE + 1,
    ['_'] = TOKEN + 1, ['('] = OPEN + 1, ['['] = OPEN + 1, [0xc2] = HIGH + 1, [0xd0 ... 0xff] = HIGH + 1,
};

#if defined(__SSE2__) && !defined(MASKGATE_PORTABLE)
static inline __m128i between(__m128i bytes, uint8_t from, uint8_t width) {
    __m128i shifted = _mm_sub_epi8(bytes, _mm_set1_epi8((char)from));
    return _mm_cmpeq_epi8(_mm_min_epu8(shifted, _mm_set1_epi8((char)(width - 1))), shifted);
}

// Bytes that are none of letters, digits, spaces, commas and zeros.
static inline uint64_t letters_and_digits(const uint8_t *block, uint64_t *class) {
    uint64_t digits = 0, letters = 0, capitals = 0, spaces = 0, rest = 0;
    for (unsigned at = 0; at < 64; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(block + at));
        __m128i digit = between(bytes, '0', 10);
        __m128i letter = between(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 26);
        __m128i space = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(' '));
        __m128i dull = _mm_or_si128(space, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(',')));
        dull = _mm_or_si128(dull, _mm_cmpeq_epi8(bytes, _mm_setzero_si128()));
        digits |= (uint64_t)(uint32_t)_mm_movemask_epi8(digit) << at;
        letters |= (uint64_t)(uint32_t)_mm_movemask_epi8(letter) << at;
        capitals |= (uint64_t)(uint32_t)_mm_movemask_epi8(between(bytes, 'A', 26)) << at;
        spaces |= (uint64_t)(uint32_t)_mm_movemask_epi8(space) << at;
        rest |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_or_si128(dull, _mm_or_si128(digit, letter))) << at;
    }
    class[DIGIT] = digits;
    class[ALPHA] = letters;
    class[UPPER] = capitals;
    class[SPACE] = spaces;
    return ~rest;
}

static inline void each_class(const uint8_t *block, uint64_t *class) {
    for (unsigned at = 0; at < 64; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(block + at));
#define SET(name, vector) class[name] |= (uint64_t)(uint32_t)_mm_movemask_epi8(vector) << at
#define SAME(name, byte) SET(name, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte)))
        SET(HIGH, _mm_or_si128(between(bytes, 0xd0, 0x30), _mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)0xc2))));
        SET(OPEN, _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('(')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('['))));
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
        SAME(NUMBER, '#');
        SAME(TILDE, '~');
        SAME(TOKEN, '_');
#undef SAME
#undef SET
    }
}
#else
static inline uint64_t letters_and_digits(const uint8_t *block, uint64_t *class) {
    uint64_t digits = 0, letters = 0, capitals = 0, spaces = 0;
    for (unsigned at = 0; at < 64; at++) {
        capitals |= (uint64_t)((uint8_t)(block[at] - 'A') < 26) << at;
        spaces |= (uint64_t)(block[at] == ' ') << at;
        digits |= (uint64_t)((uint8_t)(block[at] - '0') < 10) << at;
        letters |= (uint64_t)is_letter(block[at]) << at;
    }
    class[DIGIT] = digits;
    class[ALPHA] = letters;
    class[UPPER] = capitals;
    class[SPACE] = spaces;
    return ~(digits | letters);
}

static inline void each_class(const uint8_t *block, uint64_t *class) {
    for (unsigned at = 0; at < 64; at++) {
        if (class_of[block[at]]) class[class_of[block[at]] - 1] |= 1ull << at;
    }
}
#endif

// `class` has one place before the first, for bytes of no class.
static inline void classify(const uint8_t *block, uint64_t *class) {
    memset(class - 1, 0, (CLASSES + 1) * sizeof *class);
    uint64_t rest = letters_and_digits(block, class);
    // Most cells have few other bytes: one by one is then faster than sixteen comparisons.
    if (__builtin_popcountll(rest) <= 10) {
        for (; rest; rest &= rest - 1) {
            unsigned at = (unsigned)__builtin_ctzll(rest);
            class[(int)class_of[block[at]] - 1] |= 1ull << at;
        }
    } else {
        each_class(block, class);
    }
    class[TOKEN] |= class[DIGIT] | class[ALPHA] | class[DASH] | class[SLASH] | class[PLUS] | class[EQUALS];
}

typedef struct {
    const maskgate_tables *tables;
    const uint8_t *text;
    size_t count;
    maskgate_result *result;
    size_t word_start, run_start, run_end;
    unsigned run_length, digits, colons, dotted, country, badge;
    /// The digits of the runs that separators join, and what their pairs gave cause for.
    unsigned cluster_digits;
    maskgate_set cluster;
} walk;

// A word, or a part of one that begins with a capital after a small letter.
static inline void head_begins(walk *walk, size_t at) {
    if (walk->count - at < 3) return;
    const maskgate_tables *tables = walk->tables;
    uint32_t head = head_of(walk->text + at, walk->count - at > 3 ? walk->text[at + 3] : 0);
    uint32_t place = hash_of(head);
    if (!(tables->taken[place >> 6] >> (place & 63) & 1)) return;
    for (;; place = (place + 1) % MASKGATE_HEADS) {
        unsigned row = tables->rows[place];
        if (row == 0) return;
        if (tables->row_heads[row] != head) continue;
        include(&walk->result->others, tables->heads[row]);
        include(&walk->result->raises, tables->raises[row]);
        return;
    }
}

static inline void word_ends(walk *walk, size_t start, size_t end) {
    size_t length = end - start;
    if (length < walk->tables->shortest_word) return;
    include(&walk->result->others, walk->tables->words[length < 63 ? length : 63]);
}

static inline int is_separator(uint8_t byte) {
    switch (byte) {
    case ' ': case '-': case '.': case '/': case '_': case '(': case ')': case '|': case '\t': case '\r': case '\n': return 1;
    default: return byte >= 0x80;
    }
}

static void cluster_ends(walk *walk) {
    maskgate_set possible = walk->tables->clusters[walk->cluster_digits < 31 ? walk->cluster_digits : 31];
    walk->result->others.low |= walk->cluster.low & possible.low;
    walk->result->others.high |= walk->cluster.high & possible.high;
    walk->cluster = (maskgate_set){0, 0};
}

static inline void run_ends(walk *walk, size_t start, size_t end) {
    const uint8_t *text = walk->text;
    unsigned length = end - start < 31 ? (unsigned)(end - start) : 31;
    unsigned before = start > 0 && is_letter(text[start - 1]);
    unsigned after = end < walk->count && is_letter(text[end]);
    include(&walk->result->runs, walk->tables->runs[length + 32 * (before + 2 * after)]);
    if (before && length >= 2 && start > 1 && is_letter(text[start - 2])) {
        int are_capitals = ((text[start - 1] | text[start - 2]) & 0x20) == 0;
        int begin_word = start == 2 || !(is_letter(text[start - 3]) || (uint8_t)(text[start - 3] - '0') < 10);
        walk->country |= (unsigned)(are_capitals | begin_word);
    }
    if (length == 6 && !before && !after && start > 2 && end + 1 < walk->count) {
        uint8_t next = text[end + 1] | 0x20;
        walk->badge |= (unsigned)(next >= 'a' && next <= 'd' && is_letter(text[start - 2]) && is_letter(text[start - 3]));
    }
    int joins = walk->run_length > 0 && start - walk->run_end <= 3;
    if (joins) {
        for (size_t at = walk->run_end; at < start; at++) joins &= is_separator(text[at]);
    }
    if (joins) {
        unsigned first = walk->run_length < 8 ? walk->run_length : 8;
        unsigned second = length < 8 ? length : 8;
        include(&walk->cluster, walk->tables->pairs[(first - 1) * 8 + second - 1]);
        walk->cluster_digits += length;
    } else {
        if (walk->cluster.low | walk->cluster.high) cluster_ends(walk);
        walk->cluster_digits = length;
    }
    walk->run_end = end;
    walk->run_length = length;
    walk->digits += length;
}

// An equals sign that a password's key may stand before: `password`, `pwd`, `pass`, `passphrase`, or a space.
static inline unsigned ends_key(const walk *walk, size_t at, uint64_t equals) {
    for (; equals; equals &= equals - 1) {
        size_t place = at + (size_t)__builtin_ctzll(equals);
        if (place == 0) continue;
        uint8_t last = walk->text[place - 1] | 0x20;
        if (last == ' ' || last == 'd' || last == 's') return 1;
        if (last == 'e' && place > 1 && (walk->text[place - 2] | 0x20) == 's') return 1;
    }
    return 0;
}

// `(at` and `[dot`, in any case.
static inline unsigned spells(const walk *walk, size_t at, uint64_t open) {
    for (; open; open &= open - 1) {
        size_t place = at + (size_t)__builtin_ctzll(open);
        if (walk->count - place < 4) continue;
        uint8_t first = walk->text[place + 1] | 0x20, second = walk->text[place + 2] | 0x20;
        if ((first == 'a' && second == 't') || (first == 'd' && second == 'o')) return 1;
    }
    return 0;
}

// Five of a class at a distance of three.
static inline int five_apart(bits classes, int class) {
    return (classes.now[class] & behind(classes, class, 3) & behind(classes, class, 6) & behind(classes, class, 9)
        & behind(classes, class, 12)) != 0;
}

static unsigned flags_of(bits classes, walk *walk, size_t at) {
    const uint64_t *now = classes.now;
    uint64_t letter = now[ALPHA], digit = now[DIGIT];
    unsigned flags = 0;
    flags |= (unsigned)(now[AT] != 0) << MASKGATE_AT;
    flags |= (unsigned)((behind(classes, PLUS, 1) & (digit | now[OPEN])) != 0) << MASKGATE_PLUS;
    walk->dotted += (unsigned)__builtin_popcountll(behind(classes, DOT, 1) & digit & behind(classes, DIGIT, 2));
    walk->colons += (unsigned)__builtin_popcountll(now[COLON]);
    flags |= (unsigned)((behind(classes, COLON, 1) & now[COLON]) != 0 || walk->colons >= 6) << MASKGATE_COLONS;
    flags |= (unsigned)(walk->dotted >= 3) << MASKGATE_DOTTED;
    flags |= (unsigned)(five_apart(classes, COLON) || five_apart(classes, DASH) || (now[DOT] & behind(classes, DOT, 5)) != 0) << MASKGATE_OCTETS;
    uint64_t dashes = now[DASH] & behind(classes, DASH, 1) & behind(classes, DASH, 2) & behind(classes, DASH, 3) & behind(classes, DASH, 4);
    flags |= (unsigned)(dashes != 0) << MASKGATE_DASHES;
    flags |= (unsigned)(now[DOLLAR] != 0) << MASKGATE_DOLLAR;
    flags |= ends_key(walk, at, now[EQUALS]) << MASKGATE_EQUALS;
    flags |= (unsigned)((behind(classes, COLON, 1) & now[SLASH]) != 0) << MASKGATE_SCHEME;
    flags |= (unsigned)(now[COLON] != 0) << MASKGATE_COLON;
    flags |= (unsigned)(now[HIGH] != 0) << MASKGATE_HIGH;
    flags |= (unsigned)(now[TILDE] != 0) << MASKGATE_TILDE;
    flags |= (unsigned)((behind(classes, PERCENT, 1) & digit) != 0) << MASKGATE_PERCENT;
    flags |= (unsigned)((behind(classes, BACKSLASH, 1) & (letter | now[SLASH])) != 0) << MASKGATE_BACKSLASH;
    flags |= (unsigned)((behind(classes, AMPERSAND, 1) & now[NUMBER]) != 0) << MASKGATE_ENTITY;
    uint64_t spaced = now[SPACE] & behind(classes, SPACE, 2) & behind(classes, SPACE, 4);
    if (spaced) spaced &= behind(classes, SPACE, 6) & behind(classes, SPACE, 8) & behind(classes, SPACE, 10);
    flags |= (unsigned)(spaced != 0) << MASKGATE_SPACED;
    flags |= spells(walk, at, now[OPEN]) << MASKGATE_PARENTHESIS;
    return flags;
}

// Sixteen and forty bytes in a row that may be of an encoding or a key.
static inline unsigned long_tokens(bits classes) {
    wide token = (wide)classes.now[TOKEN] << 64 | classes.before[TOKEN];
    token &= token >> 1;
    token &= token >> 2;
    token &= token >> 4;
    token &= token >> 8;
    if (!token) return 0;
    token &= token >> 16;
    token &= token >> 8;
    return 1u << MASKGATE_LONG16 | (unsigned)(token != 0) << MASKGATE_LONG40;
}

// Words of seven bytes and more that end in a block: no shorter one is asked for, and most words are.
static inline void words_end(walk *walk, size_t at, uint64_t word, uint64_t in_word) {
    // What goes on from the block before may be long: it is let through as if it were.
    uint64_t before = in_word ? ~0ull : 0;
    uint64_t run = word & (word << 1 | before >> 63) & (word << 2 | before >> 62) & (word << 3 | before >> 61);
    run &= run << 3 | before >> 61;
    for (uint64_t ends = run & ~(word >> 1) & ((1ull << 63) - 1); ends; ends &= ends - 1) {
        unsigned last = (unsigned)__builtin_ctzll(ends);
        uint64_t gaps = ~word & ((1ull << last) - 1);
        size_t start = gaps ? at + 64 - (size_t)__builtin_clzll(gaps) : in_word ? walk->word_start : at;
        word_ends(walk, start, at + last + 1);
    }
    // A word that the block before ended with.
    if (in_word && !(word & 1)) word_ends(walk, walk->word_start, at);
}

// Digit runs that end in a block, whole.
static inline void digit_runs(walk *walk, size_t at, uint64_t digits, uint64_t in_run) {
    if (in_run && !(digits & 1)) run_ends(walk, walk->run_start, at);
    while (digits) {
        unsigned start = (unsigned)__builtin_ctzll(digits);
        uint64_t rest = ~(digits >> start);
        unsigned length = rest ? (unsigned)__builtin_ctzll(rest) : 64;
        if (!(start == 0 && in_run)) walk->run_start = at + start;
        if (start + length >= 64) return;
        run_ends(walk, walk->run_start, at + start + length);
        digits &= ~0ull << (start + length);
    }
}

void maskgate_scan(const maskgate_tables *tables, const uint8_t *text, size_t count, maskgate_result *result) {
    memset(result, 0, sizeof *result);
    walk walk = {.tables = tables, .text = text, .count = count, .result = result};
    uint64_t rows[2][CLASSES + 1];
    memset(rows[1], 0, sizeof rows[1]);
    bits classes = {rows[0] + 1, rows[1] + 1};
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
        uint64_t *now = rows[at >> 6 & 1] + 1;
        classify(block, now);
        classes = (bits){now, rows[~(at >> 6) & 1] + 1};
        flags |= flags_of(classes, &walk, at) | long_tokens(classes);
        // Heads of words, which begin with a letter.
        uint64_t word = now[DIGIT] | now[ALPHA];
        uint64_t starts = word & ~(word << 1 | in_word);
        for (uint64_t heads = starts & now[ALPHA]; heads; heads &= heads - 1) head_begins(&walk, at + (size_t)__builtin_ctzll(heads));
        words_end(&walk, at, word, in_word);
        if (starts) walk.word_start = at + 63 - (size_t)__builtin_clzll(starts);
        in_word = word >> 63;
        digit_runs(&walk, at, now[DIGIT], in_run);
        in_run = now[DIGIT] >> 63;
        uint64_t humps = now[UPPER] & behind(classes, ALPHA, 1) & ~behind(classes, UPPER, 1);
        for (; humps; humps &= humps - 1) head_begins(&walk, at + (size_t)__builtin_ctzll(humps));
    }
    if (in_word) word_ends(&walk, walk.word_start, count);
    if (in_run) run_ends(&walk, walk.run_start, count);
    if (walk.cluster.low | walk.cluster.high) cluster_ends(&walk);
    flags |= walk.country << MASKGATE_COUNTRY | walk.badge << MASKGATE_BADGE;
    if (!(flags >> MASKGATE_AT & 1)) flags &= ~(1u << MASKGATE_SCHEME);
    result->flags = flags;
    for (unsigned left = flags; left; left &= left - 1) {
        include(&result->others, tables->flags[__builtin_ctz(left)]);
    }
    maskgate_set enough = tables->digits[walk.digits < 31 ? walk.digits : 31];
    result->runs.low &= enough.low;
    result->runs.high &= enough.high;
    result->others.low &= enough.low;
    result->others.high &= enough.high;
}
