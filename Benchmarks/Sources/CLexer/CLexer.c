// The lexer of CLexer.h: a table of byte classes, one switch, and two hash tables; nothing clever, nothing left out.
#include "CLexer.h"
#include <stdlib.h>
#include <string.h>

enum { END, WORD, QUOTED, STRING, ESCAPE, BITS, DOLLAR, INTEGER, DECIMAL, PARAMETER, MARK };
enum { SPACE = 1, LETTER, DIGIT, QUOTE, DQUOTE, CASH, DOT, COLON, OPEN, CLOSE, PLAIN, OPERATOR };

struct name {
    char *bytes;
    uint32_t count;
    uint32_t hash;
};

struct table {
    struct name *names;
    uint32_t *slots;
    uint32_t count, capacity, mask;
};

struct c_lexer {
    struct table keywords, names;
    struct c_token *tokens;
    size_t capacity;
    uint8_t class[256], word[256];
};

static uint32_t hash_of(const char *bytes, uint32_t count) {
    uint32_t hash = 2166136261u;
    for (uint32_t i = 0; i < count; i++) hash = (hash ^ (uint8_t)bytes[i]) * 16777619u;
    return hash ^ hash >> 15;
}

static uint32_t find(const struct table *table, const char *bytes, uint32_t count, uint32_t hash) {
    for (uint32_t at = hash & table->mask; table->slots[at]; at = (at + 1) & table->mask) {
        const struct name *name = &table->names[table->slots[at]];
        if (name->hash == hash && name->count == count && memcmp(name->bytes, bytes, count) == 0) return table->slots[at];
    }
    return 0;
}

static uint32_t add(struct table *table, const char *bytes, uint32_t count, uint32_t hash) {
    if (table->count * 2 + 2 > table->mask) {
        table->mask = table->mask * 2 + 1;
        free(table->slots);
        table->slots = calloc(table->mask + 1, sizeof *table->slots);
        for (uint32_t id = 1; id <= table->count; id++) {
            uint32_t at = table->names[id].hash & table->mask;
            while (table->slots[at]) at = (at + 1) & table->mask;
            table->slots[at] = id;
        }
    }
    if (table->count + 1 >= table->capacity) {
        table->capacity *= 2;
        table->names = realloc(table->names, table->capacity * sizeof *table->names);
    }
    uint32_t id = ++table->count, at = hash & table->mask;
    table->names[id] = (struct name){memcpy(malloc(count + 1), bytes, count), count, hash};
    while (table->slots[at]) at = (at + 1) & table->mask;
    table->slots[at] = id;
    return id;
}

static void make_table(struct table *table) {
    *table = (struct table){.capacity = 1024, .mask = 2047};
    table->names = malloc(table->capacity * sizeof *table->names);
    table->slots = calloc(table->mask + 1, sizeof *table->slots);
}

struct c_lexer *c_lexer_make(const char *keywords) {
    struct c_lexer *lexer = calloc(1, sizeof *lexer);
    make_table(&lexer->keywords);
    make_table(&lexer->names);
    lexer->capacity = 1024;
    lexer->tokens = malloc(lexer->capacity * sizeof *lexer->tokens);
    while (*keywords) {
        uint32_t count = (uint32_t)strcspn(keywords, " ");
        if (count) add(&lexer->keywords, keywords, count, hash_of(keywords, count));
        keywords += count + (keywords[count] == ' ');
    }
    for (int byte = 1; byte < 256; byte++) {
        int letter = (byte | 32) >= 'a' && (byte | 32) <= 'z' && byte < 128;
        if (strchr(" \t\n\r\f", byte)) lexer->class[byte] = SPACE;
        else if (letter || byte == '_' || byte >= 128) lexer->class[byte] = LETTER;
        else if (byte >= '0' && byte <= '9') lexer->class[byte] = DIGIT;
        else if (byte == '\'') lexer->class[byte] = QUOTE;
        else if (byte == '"') lexer->class[byte] = DQUOTE;
        else if (byte == '$') lexer->class[byte] = CASH;
        else if (byte == '.') lexer->class[byte] = DOT;
        else if (byte == ':') lexer->class[byte] = COLON;
        else if (byte == '(') lexer->class[byte] = OPEN;
        else if (byte == ')') lexer->class[byte] = CLOSE;
        else if (strchr(",;[]", byte)) lexer->class[byte] = PLAIN;
        else if (strchr("~!@#^&|`?+-*/%<>=", byte)) lexer->class[byte] = OPERATOR;
        int inside = letter || byte == '_' || byte == '$' || byte >= 128 || (byte >= '0' && byte <= '9');
        lexer->word[byte] = inside ? (uint8_t)(byte >= 'A' && byte <= 'Z' ? byte | 32 : byte) : 0;
    }
    return lexer;
}

const struct c_token *c_lexer_tokens(const struct c_lexer *lexer) { return lexer->tokens; }

/// Behind the closing quote; `escapes` where a backslash escapes.
static const char *behind_quote(const char *at, char quote, int escapes) {
    for (at++; *at; at++) {
        if (*at == quote) {
            if (at[1] != quote) return at + 1;
            at++;
        } else if (escapes && *at == '\\' && at[1]) {
            at++;
        }
    }
    return NULL;
}

static const char *behind_block_comment(const char *at) {
    int depth = 0;
    while (*at) {
        if (at[0] == '/' && at[1] == '*') depth++, at += 2;
        else if (at[0] == '*' && at[1] == '/') {
            at += 2;
            if (--depth == 0) return at;
        } else at++;
    }
    return NULL;
}

static const char *behind_number(const struct c_lexer *lexer, const char *at, uint8_t *kind) {
    *kind = INTEGER;
    while (lexer->class[(uint8_t)*at] == DIGIT) at++;
    if (*at == '.' && at[1] != '.') {
        *kind = DECIMAL;
        for (at++; lexer->class[(uint8_t)*at] == DIGIT; at++) {}
    }
    if ((*at | 32) == 'e') {
        *kind = DECIMAL;
        at += at[1] == '+' || at[1] == '-' ? 2 : 1;
        while (lexer->class[(uint8_t)*at] == DIGIT) at++;
    }
    return at;
}

static const char *behind_dollar(const struct c_lexer *lexer, const char *at, uint8_t *kind) {
    const char *tag = at++;
    if (lexer->class[(uint8_t)*at] == DIGIT) {
        *kind = PARAMETER;
        while (lexer->class[(uint8_t)*at] == DIGIT) at++;
        return at;
    }
    *kind = DOLLAR;
    while (*at != '$' && lexer->word[(uint8_t)*at]) at++;
    if (*at != '$') return NULL;
    size_t length = (size_t)(at + 1 - tag);
    for (at++; (at = strchr(at, '$')) != NULL; at++)
        if (strncmp(at, tag, length) == 0) return at + length;
    return NULL;
}

static const char *behind_operator(const struct c_lexer *lexer, const char *start) {
    const char *at = start;
    int keeps = 0;
    while (lexer->class[(uint8_t)*at] == OPERATOR) {
        if (at > start && ((at[0] == '-' && at[1] == '-') || (at[0] == '/' && at[1] == '*'))) break;
        if (strchr("~!@#^&|`?%", *at)) keeps = 1;
        at++;
    }
    while (!keeps && at - start > 1 && (at[-1] == '+' || at[-1] == '-')) at--;
    return at;
}

static const char *word(struct c_lexer *lexer, const char *at, struct c_token *token) {
    char folded[64];
    uint32_t count = 0, hash = 2166136261u;
    for (uint8_t byte; (byte = lexer->word[(uint8_t)*at]); at++) {
        if (count < 63) {
            folded[count++] = (char)byte;
            hash = (hash ^ byte) * 16777619u;
        }
    }
    hash ^= hash >> 15;
    token->kind = WORD;
    token->keyword = (uint16_t)find(&lexer->keywords, folded, count, hash);
    if (!token->keyword) {
        token->value = find(&lexer->names, folded, count, hash);
        if (!token->value) token->value = add(&lexer->names, folded, count, hash);
    }
    return at;
}

long c_lexer_scan(struct c_lexer *lexer, const char *text, size_t count) {
    const char *at = text, *end = text + count;
    size_t filled = 0;
    uint32_t open = 0;
    while (1) {
        while (lexer->class[(uint8_t)*at] == SPACE) at++;
        if (filled + 2 > lexer->capacity) {
            lexer->capacity *= 2;
            lexer->tokens = realloc(lexer->tokens, lexer->capacity * sizeof *lexer->tokens);
        }
        struct c_token *token = &lexer->tokens[filled];
        const char *start = at;
        *token = (struct c_token){.kind = MARK, .mark = (uint8_t)*at, .start = (uint32_t)(at - text)};
        switch (lexer->class[(uint8_t)*at]) {
        case LETTER:
            if (at[1] == '\'' && strchr("eEbBxXnN", *at)) {
                token->kind = (*at | 32) == 'e' ? ESCAPE : (*at | 32) == 'n' ? STRING : BITS;
                at = behind_quote(at + 1, '\'', token->kind == ESCAPE);
            } else {
                at = word(lexer, at, token);
            }
            break;
        case DIGIT: at = behind_number(lexer, at, &token->kind); break;
        case QUOTE:
            token->kind = STRING;
            at = behind_quote(at, '\'', 0);
            break;
        case DQUOTE: {
            token->kind = QUOTED;
            at = behind_quote(at, '"', 0);
            if (!at) return -1;
            uint32_t length = (uint32_t)(at - start - 2), hash = hash_of(start + 1, length);
            token->value = find(&lexer->names, start + 1, length, hash);
            if (!token->value) token->value = add(&lexer->names, start + 1, length, hash);
            break;
        }
        case CASH: at = behind_dollar(lexer, at, &token->kind); break;
        case DOT:
            if (lexer->class[(uint8_t)at[1]] == DIGIT) at = behind_number(lexer, at, &token->kind);
            else at += at[1] == '.' ? 2 : 1;
            break;
        case COLON: at += at[1] == ':' || at[1] == '=' ? 2 : 1; break;
        case OPEN:
            token->value = open;
            open = (uint32_t)filled + 1;
            at++;
            break;
        case CLOSE:
            if (open) {
                uint32_t around = lexer->tokens[open - 1].value;
                lexer->tokens[open - 1].value = (uint32_t)filled;
                open = around;
            }
            at++;
            break;
        case PLAIN: at++; break;
        case OPERATOR:
            if (at[0] == '-' && at[1] == '-') {
                at += strcspn(at, "\r\n");
                continue;
            }
            if (at[0] == '/' && at[1] == '*') {
                at = behind_block_comment(at);
                if (!at) return -1;
                continue;
            }
            at = behind_operator(lexer, at);
            if (at - start > 1) token->mark = (uint8_t)(start[0] ^ start[1] << 1);
            break;
        default:
            if (at < end) return -1;
            token->kind = END;
            return (long)filled;
        }
        if (!at) return -1;
        token->end = (uint32_t)(at - text);
        filled++;
    }
}
