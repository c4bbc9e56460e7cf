// Says, at the speed of memory, which detectors could match a text at all. A superset by contract: PCRE2 decides.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// A set of up to 128 detectors.
typedef struct {
    uint64_t low, high;
} cgate_set;

/// Things of a text that a detector may need, whatever else stands in it.
enum {
    CGATE_AT = 0,          // an at sign
    CGATE_PLUS = 1,        // a plus sign before a digit or an opening parenthesis
    CGATE_DOTTED = 2,      // three dots between digits
    CGATE_COLONS = 3,      // two colons in a row, or six and more
    CGATE_OCTETS = 4,      // five colons, dashes or dots at a distance of three
    CGATE_DASHES = 5,      // five dashes in a row
    CGATE_DOLLAR = 6,      // a dollar sign
    CGATE_EQUALS = 7,      // an equals sign after a space or what ends a password's key
    CGATE_SCHEME = 8,      // a colon before a slash, and an at sign
    CGATE_LONG40 = 9,      // forty bytes in a row of base64's and base64url's alphabets
    CGATE_LONG16 = 10,     // sixteen of them
    CGATE_HIGH = 11,       // a character beyond Latin letters, which may look like one of ASCII or have no width
    CGATE_PERCENT = 12,    // a percent sign before a digit
    CGATE_BACKSLASH = 13,  // a backslash before a letter or a slash
    CGATE_ENTITY = 14,     // an ampersand before a number sign
    CGATE_COLON = 15,      // a colon
    CGATE_PARENTHESIS = 16,  // an opening parenthesis or bracket before `at` or `do`
    CGATE_TILDE = 17,      // a tilde
    CGATE_COUNTRY = 18,    // two digits after two letters that are capitals or begin a word
    CGATE_BADGE = 19,      // six digits, a byte before them and two letters, a byte after them and one of A to D
    CGATE_FLAGS = 20
};

#define CGATE_ROWS 2048
#define CGATE_HEADS 8192

typedef struct {
    /// What a word's first three bytes, and a fourth where that is a letter, may begin, in any case: detectors, and detectors that the word is context for.
    cgate_set heads[CGATE_ROWS], raises[CGATE_ROWS];
    /// Digit runs by length (31: that and more), and whether a letter stands before and after.
    cgate_set runs[32 * 4];
    /// Neighbouring digit runs with one to three separators between them: their lengths (8: that and more), less one.
    cgate_set pairs[64];
    /// Detectors for which a number of digit runs, all with separators between them, may have so many digits (31: that and more).
    cgate_set clusters[32];
    /// Runs of letters and digits by length (63: that and more).
    cgate_set words[64];
    cgate_set flags[CGATE_FLAGS];
    /// Detectors that need no more than so many digits.
    cgate_set digits[32];
    /// Rows by hash of a word's head; 0 is none.
    uint16_t rows[CGATE_HEADS];
    uint32_t row_count;
    /// No detector needs a word that is shorter.
    uint32_t shortest_word;
    /// Whether any head's place is this hash: most words end here.
    uint64_t taken[CGATE_HEADS / 64];
    /// The head of each row: one that finds its place taken has the next free one.
    uint32_t row_heads[CGATE_ROWS];
} cgate_tables;

typedef struct {
    /// Detectors that a digit run alone gave cause for; and those that anything else did.
    cgate_set runs, others;
    /// Detectors that a word in the text is context for.
    cgate_set raises;
    /// Bits of `CGATE_…`.
    uint32_t flags;
} cgate_result;

cgate_tables *cgate_make(void);
void cgate_free(cgate_tables *tables);
/// Adds a detector to what a word's head stands for: three bytes, and a letter or 0. 0 when there is no room.
int cgate_add_head(cgate_tables *tables, const uint8_t head[4], int is_context, unsigned detector);
/// Adds a detector to a set by kind: 0 runs (index length + 32 * (before + 2 * after)), 1 pairs, 2 words, 3 flags, 4 digits,
/// 5 clusters.
void cgate_add(cgate_tables *tables, int kind, unsigned index, unsigned detector);

/// One pass over a text. Reads nothing beyond it.
void cgate_scan(const cgate_tables *tables, const uint8_t *text, size_t count, cgate_result *result);
