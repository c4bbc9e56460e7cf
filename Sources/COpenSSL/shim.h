// The parts of OpenSSL that Postern uses: signatures, digests, key derivation, randomness, certificates, TLS.
// Below the includes: what C offers as a macro or with variable arguments, as functions that Swift can call.
#pragma once
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/// The bytes written to a memory BIO so far. They belong to the BIO.
static inline long postern_bio_bytes(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }

/// Never asks anybody: without this, libcrypto prompts on the terminal for the pass phrase of an encrypted key.
static inline int postern_no_pass_phrase(char *buffer, int size, int writing, void *user) {
    (void)buffer; (void)size; (void)writing; (void)user;
    return -1;
}
static inline EVP_PKEY *postern_read_private_pem(BIO *bio) {
    return PEM_read_bio_PrivateKey(bio, NULL, postern_no_pass_phrase, NULL);
}
static inline EVP_PKEY *postern_read_public_pem(BIO *bio) {
    return PEM_read_bio_PUBKEY(bio, NULL, postern_no_pass_phrase, NULL);
}
static inline int postern_write_private_pem(BIO *bio, const EVP_PKEY *key) {
    return PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
}

/// New keys. NULL when libcrypto refuses.
static inline EVP_PKEY *postern_make_ed25519(void) { return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"); }
static inline EVP_PKEY *postern_make_p256(void) { return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"); }

/// HMAC-SHA256 bound to a key; NULL when libcrypto refuses.
static inline EVP_MAC_CTX *postern_make_hmac_sha256(const unsigned char *key, size_t length) {
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (!mac) return NULL;
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);
    if (!context) return NULL;
    OSSL_PARAM parameters[2] = {
        OSSL_PARAM_construct_utf8_string("digest", (char *)"SHA256", 0),
        OSSL_PARAM_construct_end(),
    };
    if (!EVP_MAC_init(context, key, length, parameters)) {
        EVP_MAC_CTX_free(context);
        return NULL;
    }
    return context;
}
/// Starts over with the same key.
static inline int postern_restart_hmac(EVP_MAC_CTX *context) { return EVP_MAC_init(context, NULL, 0, NULL); }

/// Adds an extension written as in OpenSSL's configuration files; 1 on success.
static inline int postern_add_extension(X509 *certificate, int kind, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    if (!extension) return 0;
    int added = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return added;
}

/// What every TLS context of ours has: TLS 1.2 or newer, no renegotiation, no compression, partial writes from memory that may move,
/// reads of more than one record at a time, no buffers kept while a connection is idle.
static inline void postern_prepare(SSL_CTX *context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(
        context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context, 1);
}
/// Takes bytes of a session that are to be sent, and says how many; 1 where it took some, else -1.
typedef int (*postern_record_writer)(BIO *bio, const char *bytes, size_t count, size_t *written);
static inline long postern_record_control(BIO *bio, int command, long number, void *pointer) {
    (void)bio; (void)number; (void)pointer;
    return command == BIO_CTRL_FLUSH;
}
/// A place to write to that is ours; NULL when libcrypto refuses.
static inline BIO_METHOD *postern_record_method(postern_record_writer writer) {
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "records");
    if (!method) return NULL;
    BIO_meth_set_write_ex(method, writer);
    BIO_meth_set_ctrl(method, postern_record_control);
    return method;
}
/// Lets a session read from a socket and write to a place of ours, which is given its owner. 1 on success.
static inline int postern_set_ends(SSL *ssl, int file, const BIO_METHOD *method, void *owner) {
    BIO *in = BIO_new_socket(file, BIO_NOCLOSE);
    BIO *out = method ? BIO_new(method) : NULL;
    if (!in || !out) {
        BIO_free(in);
        BIO_free(out);
        return 0;
    }
    BIO_set_data(out, owner);
    BIO_set_init(out, 1);
    SSL_set_bio(ssl, in, out);
    return 1;
}
/// Says that nothing was written because nothing could be, or clears that.
static inline void postern_must_wait(BIO *bio, int must_wait) {
    BIO_clear_retry_flags(bio);
    if (must_wait) BIO_set_retry_write(bio);
}
static inline long postern_no_session_cache(SSL_CTX *context) { return SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF); }
static inline long postern_add_chain(SSL_CTX *context, X509 *certificate) { return SSL_CTX_add1_chain_cert(context, certificate); }
static inline long postern_server_name(SSL *ssl, const char *name) { return SSL_set_tlsext_host_name(ssl, name); }

/// Takes any certificate in the handshake, which proves that the peer has its key: whose it is is decided afterwards, by whom it is asked of.
static inline int postern_take_any(X509_STORE_CTX *store, void *unused) {
    (void)unused;
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
}
/// Asks clients for a certificate. Sessions are not resumed then: a certificate that has expired or was revoked would come in by a ticket.
static inline void postern_ask_for_certificate(SSL_CTX *context, long longest_chain) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(context, postern_take_any, NULL);
    SSL_CTX_set_max_cert_list(context, longest_chain);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
}

static inline void postern_free(void *memory) { OPENSSL_free(memory); }

static inline X509 *postern_read_certificate(BIO *bio) { return PEM_read_bio_X509(bio, NULL, postern_no_pass_phrase, NULL); }
static inline X509_CRL *postern_read_revocations(BIO *bio) { return PEM_read_bio_X509_CRL(bio, NULL, postern_no_pass_phrase, NULL); }

/// A distinguished name on one line, in UTF-8 (RFC 4514).
static inline int postern_print_name(BIO *bio, const X509_NAME *name) {
    return X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
}
/// Whether reading PEM stopped because there was no more of it.
static inline int postern_is_pem_end(unsigned long error) {
    return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

/// Lists of certificates: OpenSSL's own are macros.
static inline int postern_chain_count(const STACK_OF(X509) *chain) { return chain ? sk_X509_num(chain) : 0; }
static inline X509 *postern_chain_at(const STACK_OF(X509) *chain, int index) { return sk_X509_value(chain, index); }
static inline STACK_OF(X509) *postern_chain_new(void) { return sk_X509_new_null(); }
/// Takes the certificate over; 1 on success.
static inline int postern_chain_push(STACK_OF(X509) *chain, X509 *certificate) { return sk_X509_push(chain, certificate) > 0; }
static inline void postern_chain_free(STACK_OF(X509) *chain) { sk_X509_pop_free(chain, X509_free); }

/// Names besides the subject; NULL when there are none, or when the extension cannot be read: `*is_broken` tells which.
static inline GENERAL_NAMES *postern_alternative_names(const X509 *certificate, int *is_broken) {
    int found = 0;
    GENERAL_NAMES *names = (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, &found, NULL);
    *is_broken = !names && found != -1;
    return names;
}
static inline int postern_names_count(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }
static inline GENERAL_NAME *postern_name_at(const GENERAL_NAMES *names, int index) { return sk_GENERAL_NAME_value(names, index); }
/// A DNS name, mail address or URI, which are IA5 strings; NULL for anything else.
static inline ASN1_IA5STRING *postern_name_text(const GENERAL_NAME *name) {
    switch (name->type) {
    case GEN_EMAIL: case GEN_DNS: case GEN_URI: return name->d.ia5;
    default: return NULL;
    }
}
static inline int postern_name_kind(const GENERAL_NAME *name) { return name->type; }

/// ALPN names in wire format.
typedef struct {
    const unsigned char *names;
    unsigned int length;
} postern_protocols;

/// The first of ours that the client names too; a client that names only others is refused (RFC 7301 section 3.2).
static inline int postern_choose_protocol(
    SSL *ssl, const unsigned char **chosen, unsigned char *length, const unsigned char *offered, unsigned int count, void *ours) {
    const postern_protocols *protocols = (const postern_protocols *)ours;
    (void)ssl;
    return SSL_select_next_proto((unsigned char **)chosen, length, protocols->names, protocols->length, offered, count)
            == OPENSSL_NPN_NEGOTIATED
        ? SSL_TLSEXT_ERR_OK
        : SSL_TLSEXT_ERR_ALERT_FATAL;
}
