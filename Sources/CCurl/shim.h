// The part of libcurl that fetches one document. Its options take variable arguments, which Swift cannot pass.
#pragma once
#include <curl/curl.h>

typedef size_t (*postern_receiver)(char *bytes, size_t size, size_t count, void *owner);

static inline CURLcode postern_curl_number(CURL *curl, CURLoption option, long value) { return curl_easy_setopt(curl, option, value); }
static inline CURLcode postern_curl_text(CURL *curl, CURLoption option, const char *value) {
    return curl_easy_setopt(curl, option, value);
}
static inline CURLcode postern_curl_fields(CURL *curl, struct curl_slist *fields) {
    return curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
}
/// Who takes the body and who takes the lines of the header.
static inline void postern_curl_receivers(CURL *curl, postern_receiver body, postern_receiver header, void *owner) {
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, owner);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, owner);
}
static inline long postern_curl_status(CURL *curl) {
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}
/// Where a redirect leads, absolute; NULL where the answer is none.
static inline const char *postern_curl_redirect(CURL *curl) {
    char *url = NULL;
    curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &url);
    return url;
}
