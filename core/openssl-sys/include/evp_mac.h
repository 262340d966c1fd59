/* OpenSSL 3's EVP_MAC as far as SQLCipher uses it: HMAC with SHA-1, SHA-256 or SHA-512, over AWS-LC's HMAC. */

#ifndef TWINSHORE_EVP_MAC_H
#define TWINSHORE_EVP_MAC_H

#include <stddef.h>
#include <string.h>

#include <openssl/digest.h>
#include <openssl/hmac.h>

typedef struct twinshore_evp_mac EVP_MAC;
typedef HMAC_CTX EVP_MAC_CTX;

typedef struct {
  const char *key;
  unsigned int data_type;
  void *data;
  size_t data_size;
  size_t return_size;
} OSSL_PARAM;

#define OSSL_PARAM_UTF8_STRING 4
#define OSSL_PARAM_END {NULL, 0, NULL, 0, 0}

/* There is one algorithm, so whether it was found is all that a caller can be told. */
static inline EVP_MAC *EVP_MAC_fetch(void *library, const char *algorithm, const char *properties) {
  static const char found;
  (void)library;
  (void)properties;
  return strcmp(algorithm, "HMAC") == 0 ? (EVP_MAC *)&found : NULL;
}

static inline void EVP_MAC_free(EVP_MAC *mac) { (void)mac; }

static inline EVP_MAC_CTX *EVP_MAC_CTX_new(EVP_MAC *mac) { return mac == NULL ? NULL : HMAC_CTX_new(); }

static inline void EVP_MAC_CTX_free(EVP_MAC_CTX *context) { HMAC_CTX_free(context); }

static inline int EVP_MAC_init(EVP_MAC_CTX *context, const unsigned char *key, size_t key_size, const OSSL_PARAM *parameters) {
  const EVP_MD *digest = NULL;
  for (; parameters->key != NULL; parameters++) {
    if (strcmp(parameters->key, "digest") != 0 || parameters->data_type != OSSL_PARAM_UTF8_STRING) return 0;
    const char *name = (const char *)parameters->data;
    if (strcmp(name, "sha1") == 0) digest = EVP_sha1();
    if (strcmp(name, "sha256") == 0) digest = EVP_sha256();
    if (strcmp(name, "sha512") == 0) digest = EVP_sha512();
  }
  return digest == NULL ? 0 : HMAC_Init_ex(context, key, key_size, digest, NULL);
}

static inline int EVP_MAC_update(EVP_MAC_CTX *context, const unsigned char *data, size_t size) {
  return HMAC_Update(context, data, size);
}

/* Without `out` it tells the size, as OpenSSL's does. */
static inline int EVP_MAC_final(EVP_MAC_CTX *context, unsigned char *out, size_t *size, size_t room) {
  unsigned int written = 0;
  *size = HMAC_size(context);
  if (out == NULL) return 1;
  if (room < *size || !HMAC_Final(context, out, &written)) return 0;
  *size = written;
  return 1;
}

#endif
