// Says, at the speed of memory, which detectors could match a text at all. A superset by contract: PCRE2 decides.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// A set of up to 128 detectors.
typedef struct {
    uint64_t low, high;
} maskgate_set;

/// Things of a text that a detector may need, whatever else stands in it.
enum {
    MASKGATE_AT = 0,          // an at sign
    MASKGATE_PLUS = 1,        // a plus sign before a digit or an opening parenthesis
    MASKGATE_DOTTED = 2,      // three dots between digits
    MASKGATE_COLONS = 3,      // two colons in a row, or six and more
    MASKGATE_OCTETS = 4,      // five colons, dashes or dots at a distance of three
    MASKGATE_DASHES = 5,      // five dashes in a row
    MASKGATE_DOLLAR = 6,      // a dollar sign
    MASKGATE_EQUALS = 7,      // an equals sign after a space or what ends a password's key
    MASKGATE_SCHEME = 8,      // a colon before a slash, and an at sign
    MASKGATE_LONG40 = 9,      // forty bytes in a row of base64's and base64url's alphabets
    MASKGATE_LONG16 = 10,     // sixteen of them
    MASKGATE_HIGH = 11,       // a character beyond Latin letters, which may look like one of ASCII or have no width
    MASKGATE_PERCENT = 12,    // a percent sign before a digit
    MASKGATE_BACKSLASH = 13,  // a backslash before a letter or a slash
    MASKGATE_ENTITY = 14,     // an ampersand before a number sign
    MASKGATE_COLON = 15,      // a colon
    MASKGATE_PARENTHESIS = 16,  // an opening parenthesis or bracket before `at` or `do`
    MASKGATE_TILDE = 17,      // a tilde
    MASKGATE_COUNTRY = 18,    // two digits after two letters that are capitals or begin a word
    MASKGATE_BADGE = 19,      // six digits, a byte before them and two letters, a byte after them and one of A to D
    MASKGATE_SPACED = 20,     // six spaces with one byte between each two
    MASKGATE_FLAGS = 21
};

#define MASKGATE_ROWS 2048
#define MASKGATE_HEADS 8192

typedef struct {
    /// What a word's first three bytes, and a fourth where that is a letter, may begin, in any case: detectors, and detectors that the word is context for.
    maskgate_set heads[MASKGATE_ROWS], raises[MASKGATE_ROWS];
    /// Digit runs by length (31: that and more), and whether a letter stands before and after.
    maskgate_set runs[32 * 4];
    /// Neighbouring digit runs with one to three separators between them: their lengths (8: that and more), less one.
    maskgate_set pairs[64];
    /// Detectors for which a number of digit runs, all with separators between them, may have so many digits (31: that and more).
    maskgate_set clusters[32];
    /// Runs of letters and digits by length, 7 at least (63: that and more).
    maskgate_set words[64];
    maskgate_set flags[MASKGATE_FLAGS];
    /// Detectors that need no more than so many digits.
    maskgate_set digits[32];
    /// Rows by hash of a word's head; 0 is none.
    uint16_t rows[MASKGATE_HEADS];
    uint32_t row_count;
    /// No detector needs a word that is shorter.
    uint32_t shortest_word;
    /// Whether any head's place is this hash: most words end here.
    uint64_t taken[MASKGATE_HEADS / 64];
    /// The head of each row: one that finds its place taken has the next free one.
    uint32_t row_heads[MASKGATE_ROWS];
} maskgate_tables;

typedef struct {
    /// Detectors that a digit run alone gave cause for; and those that anything else did.
    maskgate_set runs, others;
    /// Detectors that a word in the text is context for.
    maskgate_set raises;
    /// Bits of `MASKGATE_…`.
    uint32_t flags;
} maskgate_result;

maskgate_tables *maskgate_make(void);
void maskgate_free(maskgate_tables *tables);
/// Adds a detector to what a word's head stands for: three bytes, and a letter or 0. 0 when there is no room.
int maskgate_add_head(maskgate_tables *tables, const uint8_t head[4], int is_context, unsigned detector);
/// Adds a detector to a set by kind: 0 runs (index length + 32 * (before + 2 * after)), 1 pairs, 2 words, 3 flags, 4 digits,
/// 5 clusters.
void maskgate_add(maskgate_tables *tables, int kind, unsigned index, unsigned detector);

/// One pass over a text. Reads nothing beyond it.
void maskgate_scan(const maskgate_tables *tables, const uint8_t *text, size_t count, maskgate_result *result);
