// A small lexer of PostgreSQL's SQL in plain C, with the duty of the inspector's: the limit it is measured against.
#ifndef POSTERN_C_LEXER_H
#define POSTERN_C_LEXER_H
#include <stddef.h>
#include <stdint.h>

/// One token: its kind, the mark or key word it is, its bytes, and of a name its number.
struct c_token {
    uint8_t kind;
    uint8_t mark;
    uint16_t keyword;
    uint32_t start;
    uint32_t end;
    uint32_t value;
};

struct c_lexer;

/// A lexer with its tables of key words and names; `keywords` are separated by single spaces.
struct c_lexer *c_lexer_make(const char *keywords);

/// Cuts a text that ends with NUL; the number of tokens, or -1 where it is not tokens. They lie at `c_lexer_tokens`.
long c_lexer_scan(struct c_lexer *lexer, const char *text, size_t count);

const struct c_token *c_lexer_tokens(const struct c_lexer *lexer);
#endif
